import { rewardOf } from '../../domain/ab.ts';
import type { MetricEvidence, Verdict } from '../../domain/verdict.ts';
import { versionName } from '../../domain/ids.ts';
import { moreBetween, pointsBetween } from './explain-words.ts';
import { formatShare } from './numbers.ts';
import { formatValue, isRelative } from './units.ts';

/** What a gate says, in a word. */
export const DECISION_WORDS: Readonly<Record<Verdict['decision'], string>> = {
  pass: 'pass',
  fail: 'fail',
  inconclusive: 'undecided',
  error: 'no evidence',
};

/** Gates count what went wrong, of labels too. */
const LABELS: Readonly<Record<string, string>> = {
  accuracy: 'wrong answers',
  paired: 'wrong answers',
  precision: 'false alarms',
  recall: 'misses',
  f1: '1 − f1',
  coverage: 'without labels',
  leak: 'memory growth an hour',
};

/** What is shown only, and decides nothing. */
const ASIDES: Readonly<Record<string, string>> = {
  timeouts: 'among the errors',
  'drift.common': 'never goes back',
};

const STANDINGS: Readonly<Record<MetricEvidence['decision'], string>> = {
  pass: 'proved',
  fail: 'worse',
  undecided: 'open',
};

/** A metric of a verdict as people name it; of a test its reward, and whose it is where that is not the candidate. */
export function metricName({ metric, version }: Pick<MetricEvidence, 'metric' | 'version'>): string {
  const whose = version === undefined ? '' : ` of ${versionName(version)}`;
  return `${rewardOf(metric) ?? LABELS[metric] ?? metric}${whose}`;
}

/** Why a metric decides nothing; `null` of one that does. */
export function asideOf(metric: string): string | null {
  return ASIDES[metric] ?? null;
}

/** How a metric stands, in a word: a test has a winner or a loser where a gate has proofs. */
export function standingOf({ metric, decision }: MetricEvidence): string {
  return decision === 'pass' && rewardOf(metric) !== null ? 'better' : STANDINGS[decision];
}

/** What a metric was seen to be. */
export function seenOf(value: number | null, unit: MetricEvidence['unit']): string {
  return value === null ? '?' : formatValue(value, unit);
}

/** What is held against a metric: of a test the interval of the difference, else the margin. `absolute` of a verdict without a stable. */
export function boundOf(evidence: MetricEvidence, absolute: boolean): string {
  const { metric, unit, margin } = evidence;
  if (rewardOf(metric) !== null) return differenceOf(evidence);
  if (metric === 'timeouts') return '';
  return `margin ${isRelative(unit) && !(absolute && unit === 'ms') ? `+${formatShare(margin)}` : formatValue(margin, unit)}`;
}

/** The interval that the truth lies in, however often one looks. */
function differenceOf({ effect, unit }: MetricEvidence): string {
  if (!effect) return 'too little was seen to compare';
  return isRelative(unit) ? moreBetween(effect.low, effect.high) : pointsBetween(effect.low, effect.high);
}

/** Without a stable to compare with, margins of latencies are limits in milliseconds and no ratios. */
export function isAbsolute(metrics: readonly MetricEvidence[]): boolean {
  return metrics.some(({ metric }) => metric === 'errorRate');
}
