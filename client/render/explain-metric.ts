import {
  about,
  aboutTime,
  limitInWords,
  more,
  moreBetween,
  oneIn,
  points,
  pointsBetween,
  slower,
  slowerBetween,
} from './explain-words.ts';
import { formatCount, formatShare } from './numbers.ts';
import { formatValue, isRelative } from './units.ts';
import { rewardOf } from '../../domain/ab.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import type { ExplainedGate } from '../judge/explanation.ts';
import type { MetricEvidence } from '../../domain/verdict.ts';

/** Noise below this is not worth a line. */
const NOISY = 1.2;

const TITLES: Readonly<Record<string, string>> = {
  errors: 'errors',
  errorRate: 'errors',
  rejected: 'rejected requests',
  // Gates count what went wrong, of labels too.
  accuracy: 'wrong answers',
  paired: 'wrong answers to the same requests',
  precision: 'false alarms',
  recall: 'misses',
  f1: 'what F1 falls short of 1 by',
  mse: 'mean squared error',
  mae: 'mean absolute error',
  violations: 'requests or answers against the schema',
  timeouts: 'timeouts, among the errors',
  coverage: 'predictions without labels',
  cpu: 'processor time',
  gpu: 'GPU time',
  gpuMemory: 'GPU memory',
  firstToken: 'p95 time to the first token',
  outputTokens: 'tokens of an answer',
  leak: 'memory growth an hour',
  drift: "answers otherwise distributed than stable's",
  'drift.common': 'drift in both arms',
  disagreement: 'answers that differ',
  'latency.p50': 'median latency',
  'latency.p95': 'p95 latency',
  'latency.p99': 'p99 latency',
};

/** A gate's metric as people call it. */
export function titleOf(metric: string): string {
  return TITLES[metric] ?? rewardOf(metric) ?? metric;
}

/** What is said on one metric: a name in front, a clause behind. */
export type Clause = readonly [name: string, clause: string];

/** Everything that a gate knows of one metric, in words; what it does not know is left out. */
export function metricClauses(metric: MetricEvidence, gate: ExplainedGate): Clause[] {
  const clauses = [seen(metric, gate), difference(metric, gate), aside(metric)];
  // A validation is one look at a fixed set of rows: what is said of evidence here does not hold there.
  if (gate.sequential && !isShownOnly(metric))
    clauses.push(against(metric, gate), inFavour(metric, gate), noise(metric), needs(metric, gate));
  return clauses.filter((clause) => clause !== null);
}

const LIMITS: readonly string[] = ['disagreement', 'errorRate', 'leak', 'drift', 'drift.common'];

/** What is told for people and decides nothing: there is no evidence to speak of. */
const SHOWN: readonly string[] = ['timeouts', 'coverage', 'drift.common'];

export function isShownOnly({ metric }: MetricEvidence): boolean {
  return SHOWN.includes(metric);
}

/** Whether it is held against an absolute limit instead of against stable. */
function isLimit({ metric }: MetricEvidence, { verdict }: ExplainedGate): boolean {
  if (LIMITS.includes(metric)) return true;
  return metric.startsWith('latency') && (verdict.metrics ?? []).some((other) => other.metric === 'errorRate');
}

function show(value: number, { unit }: MetricEvidence): string {
  return formatValue(value, unit);
}

function aside({ detail }: MetricEvidence): Clause | null {
  return detail === undefined ? null : ['besides', detail];
}

function seen(metric: MetricEvidence, gate: ExplainedGate): Clause {
  const { candidate, stable, n } = metric;
  const value = (x: number | null, count: number | undefined) => {
    const of =
      count === undefined || metric.unit === 'index'
        ? ''
        : ` ${metric.unit === 'share' ? 'of' : 'in'} ${formatCount(count)} ${unitOf(metric, gate)}`;
    return `${x === null ? 'nothing' : show(x, metric)}${of}`;
  };
  const compared = !isLimit(metric, gate) && (stable !== null || n !== undefined);
  return ['seen', `${value(candidate, n?.candidate)}${compared ? `, stable ${value(stable, n?.stable)}` : ''}`];
}

const LABELLED: readonly string[] = ['accuracy', 'precision', 'recall', 'f1', 'mse', 'mae'];

function unitOf({ metric, unit }: MetricEvidence, { stage }: ExplainedGate): string {
  if (rewardOf(metric) !== null) return 'users';
  if (LABELLED.includes(metric)) return 'labels';
  if (metric === 'firstToken') return 'answers';
  if (unit === 'seconds' || unit === 'bytes' || unit === 'tokens') return 'batches';
  if (metric === 'coverage') return 'predictions';
  if (metric === 'leak') return 'blocks of ten minutes';
  return stage === 'shadow' ? 'pairs' : 'requests';
}

function difference({ effect, unit }: MetricEvidence, { verdict, sequential }: ExplainedGate): Clause | null {
  if (!effect) return null;
  const { estimate, low, high } = effect;
  const [one, between] = wordsOf(unit);
  // JSON keeps no infinity: a side on which nothing is known comes as null.
  if (![low, high].every(Number.isFinite)) return ['difference', one(estimate)];
  const alpha = verdict.alpha?.total;
  const sure = alpha === undefined ? '' : ` with ${formatShare(1 - alpha)} confidence`;
  return [
    'difference',
    `${one(estimate)}; ${between(low, high)}${sure}${sequential ? ', however often one looks' : ''}`,
  ];
}

function wordsOf(unit: MetricEvidence['unit']): [one: typeof points, between: typeof pointsBetween] {
  if (unit === 'ms') return [slower, slowerBetween];
  return isRelative(unit) ? [more, moreBetween] : [points, pointsBetween];
}

function against(metric: MetricEvidence, gate: ExplainedGate): Clause {
  const { against: evidence, limits, decision } = metric;
  const rare = oneIn(evidence);
  const enough = decision === 'fail' ? 'was enough' : 'would be enough';
  const needed = limits ? `; ${limitInWords(limits.against)} ${enough} to go back` : '';
  const harmless = isLimit(metric, gate) ? 'within its limit' : 'no worse than stable';
  const found = rare
    ? `at most ${rare} rollouts of a version ${harmless} would ever look this bad`
    : 'nothing beyond chance';
  return ['against it', `${found}${needed}`];
}

function inFavour(metric: MetricEvidence, gate: ExplainedGate): Clause | null {
  const { inFavour: evidence, limits, decision, required } = metric;
  if (decision === 'fail' || (!required && decision !== 'pass')) return null;
  const rare = oneIn(evidence);
  const asked = limits ? `; ${limitInWords(limits.inFavour)} ${decision === 'pass' ? 'was' : 'is'} asked for` : '';
  const found = rare
    ? `at most ${rare} rollouts of a version ${bad(metric, gate)} would ever look this good`
    : 'nothing proved yet';
  return ['for it', `${found}${asked}`];
}

/** What must be ruled out. On the way up, margins are wider than those of the specification. */
function bad(metric: MetricEvidence, gate: ExplainedGate): string {
  const { margin, unit } = metric;
  if (rewardOf(metric.metric) !== null) return 'no better than stable';
  if (isLimit(metric, gate)) return `above its limit of ${show(margin, metric)}`;
  if (gate.nextWeight !== FULL_WEIGHT) return 'worse by more than its margin here';
  const [words] = wordsOf(unit);
  if (unit === 'ms') return `more than ${words(margin)}`;
  return isRelative(unit) ? `with more than ${words(margin)}` : `worse by more than ${points(margin).replace('+', '')}`;
}

function noise({ dispersion }: MetricEvidence): Clause | null {
  if (dispersion === undefined || dispersion < NOISY) return null;
  const times = Number(dispersion.toPrecision(2));
  return [
    'noise',
    `varies ${times} times as much from batch to batch as chance makes it, so each request counts for less`,
  ];
}

function needs({ needs: needed, decision, required, n }: MetricEvidence, { verdict }: ExplainedGate): Clause | null {
  const open = required && decision === 'undecided' && verdict.decision !== 'fail';
  if (!open || needed === undefined) return null;
  if (needed === null)
    return [
      'needs',
      n?.candidate === 0
        ? 'the candidate to be asked'
        : 'cannot be foreseen: too little was seen, or too near the margin',
    ];
  const time = needed.ms === null ? '' : `, ${aboutTime(needed.ms)} at this rate`;
  return ['needs', `${about(needed.requests)} more requests of the candidate${time}`];
}
