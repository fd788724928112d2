import { columns } from './columns.ts';
import { formatCount, formatShare } from './numbers.ts';
import { formatValue, isRelative } from './units.ts';
import { moreBetween, pointsBetween } from './explain-words.ts';
import { paint } from '../terminal.ts';
import { rewardOf } from '../../domain/ab.ts';
import type { MetricEvidence, Verdict } from '../../domain/verdict.ts';

/** What a gate says, in a word. */
export const DECISIONS: Readonly<Record<Verdict['decision'], string>> = {
  pass: paint.good('pass'),
  fail: paint.bad('fail'),
  inconclusive: paint.warn('undecided'),
  error: paint.bad('no evidence'),
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

const METRIC_DECISIONS: Readonly<Record<MetricEvidence['decision'], string>> = {
  pass: paint.good('proved'),
  fail: paint.bad('worse'),
  undecided: paint.warn('open'),
};

/** A test has a winner or a loser where a gate has proofs. */
const REWARD_DECISIONS: typeof METRIC_DECISIONS = { ...METRIC_DECISIONS, pass: paint.good('better') };

/** What a gate says and how each metric stands; also of a gate that is still watched, which may know less. */
export function renderVerdict(
  title: string,
  { decision, summary, samples, batches, metrics }: Pick<Verdict, 'decision' | 'summary'> & Partial<Verdict>,
): string[] {
  const counts =
    samples && batches
      ? [
          `  ${formatCount(samples.candidate)} of the candidate, ${formatCount(samples.stable)} of stable, in ${formatCount(batches.count)} batches`,
        ]
      : [];
  return [
    `${title}: ${DECISIONS[decision]}, ${summary}`,
    ...counts,
    ...columns((metrics ?? []).map((metric) => metricRow(metric, isAbsolute(metrics ?? [])))),
  ];
}

function metricRow(evidence: MetricEvidence, absolute: boolean): string[] {
  const { metric, candidate, stable, unit, margin, decision, required, detail } = evidence;
  const value = (seen: number | null) => (seen === null ? '?' : formatValue(seen, unit));
  const isRatio = isRelative(unit) && !(absolute && unit === 'ms');
  const aside = ASIDES[metric];
  const reward = rewardOf(metric);
  if (reward !== null)
    return [
      `  ${reward}`,
      value(candidate),
      `stable ${value(stable)}`,
      differenceOf(evidence),
      REWARD_DECISIONS[decision],
      '',
    ];
  return [
    `  ${LABELS[metric] ?? metric}`,
    value(candidate),
    stable === null ? '' : `stable ${value(stable)}`,
    metric === 'timeouts' ? '' : `margin ${isRatio ? `+${formatShare(margin)}` : formatValue(margin, unit)}`,
    aside === undefined ? METRIC_DECISIONS[decision] : '',
    detail ?? (required ? '' : paint.dim(aside ?? 'not needed to go on')),
  ];
}

/** The interval that the truth lies in, however often one looks. */
function differenceOf({ effect, unit }: MetricEvidence): string {
  if (!effect) return 'too little was seen to compare';
  return isRelative(unit) ? moreBetween(effect.low, effect.high) : pointsBetween(effect.low, effect.high);
}

/** Without a stable to compare with, margins of latencies are limits in milliseconds and no ratios. */
function isAbsolute(metrics: readonly MetricEvidence[]): boolean {
  return metrics.some(({ metric }) => metric === 'errorRate');
}
