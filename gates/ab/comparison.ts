import type { AbMetric } from '../../domain/ab.ts';
import type { Effect } from '../effect.ts';
import type { Sample, Totals } from './totals.ts';
import { lnDifferent, meanDifference, meanRatio } from './interval.ts';
import { sampleOf } from './totals.ts';

/** How one arm stands against stable on one metric. */
export interface Comparison {
  readonly version: string;
  readonly metric: AbMetric;
  readonly users: { readonly candidate: number; readonly stable: number };
  readonly means: { readonly candidate: number | null; readonly stable: number | null };
  readonly difference: Effect | null;
  /** Relative to stable's mean; `null` while that cannot be told from 0. */
  readonly ratio: Effect | null;
  /** `small`: whatever the difference is, it is less than is worth having. */
  /** Logarithm of the e-value against "no difference": over 1/alpha exactly when 0 is outside the interval. */
  readonly lnEvidence: number;
  readonly finding: 'better' | 'worse' | 'small' | 'open';
}

/** Users of each arm, and users with and without a reward to be expected in the smaller arm, before anything is decided. */
const ENOUGH = { users: 50, events: 10 };

/** @param alpha chance that this comparison ever finds a difference where there is none */
export function compare(
  totals: Totals,
  arms: { readonly candidate: string; readonly stable: string },
  metric: AbMetric,
  alpha: number,
): Comparison {
  const samples = {
    candidate: sampleOf(totals, arms.candidate, metric),
    stable: sampleOf(totals, arms.stable, metric),
  };
  const difference = meanDifference(samples, alpha);
  const decidable = isEnough(samples.candidate, samples.stable, eventsOf(totals, arms, metric));
  return {
    version: arms.candidate,
    metric,
    users: { candidate: samples.candidate.n, stable: samples.stable.n },
    means: { candidate: meanOf(samples.candidate), stable: meanOf(samples.stable) },
    difference,
    ratio: meanRatio(samples, alpha),
    lnEvidence: lnDifferent(samples),
    finding: decidable && difference ? findingOf(difference, metric) : 'open',
  };
}

function findingOf(difference: Effect, { goal, minEffect }: AbMetric): Comparison['finding'] {
  const gain = goal === 'increase' ? difference : reversed(difference);
  if (gain.high < 0) return 'worse';
  if (gain.high < minEffect) return 'small';
  return gain.low > 0 && gain.estimate >= minEffect ? 'better' : 'open';
}

/** Rewards that hardly anybody brings make means too skewed for a boundary that takes them for normal. */
function isEnough(candidate: Sample, stable: Sample, events: number): boolean {
  const [fewer, all] = [Math.min(candidate.n, stable.n), candidate.n + stable.n];
  return fewer >= ENOUGH.users && (events * fewer) / all >= ENOUGH.events;
}

/** Users who brought a reward; where that is all that counts, those who brought none, if they are fewer. */
function eventsOf(totals: Totals, arms: { candidate: string; stable: string }, metric: AbMetric): number {
  const converted = { ...metric, kind: 'conversion' } as const;
  const [one, other] = [sampleOf(totals, arms.candidate, converted), sampleOf(totals, arms.stable, converted)];
  const [n, events] = [one.n + other.n, one.sum + other.sum];
  return metric.kind === 'conversion' ? Math.min(events, n - events) : events;
}

function meanOf({ n, sum }: Sample): number | null {
  return n === 0 ? null : sum / n;
}

function reversed({ estimate, low, high }: Effect): Effect {
  return { estimate: -estimate, low: -high, high: -low };
}
