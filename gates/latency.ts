import type { LatencySketch } from '../domain/gate-batch.ts';
import type { Histogram } from './histogram.ts';
import type { TwoArms } from './two-arms.ts';
import { EMPTY_ARMS } from './two-arms.ts';
import { countAbove, quantileIndex } from './histogram.ts';

/** The quantiles that are compared, and how many earlier requests of stable it takes to place a threshold. */
export const QUANTILES = [
  { name: 'p50', metric: 'latency.p50', quantile: 0.5, least: 20 },
  { name: 'p95', metric: 'latency.p95', quantile: 0.95, least: 40 },
  { name: 'p99', metric: 'latency.p99', quantile: 0.99, least: 100 },
] as const;

export type LatencyQuantile = (typeof QUANTILES)[number];

/**
 * Requests slower than stable's quantile over *earlier* batches, the candidate's threshold raised by `offset` buckets.
 *
 * A threshold that the batch itself has no part in makes exceedance a plain yes-or-no, so no density and no variance is
 * needed, and a ratio of quantiles is tested by shifting one threshold (Howard and Ramdas 2022; notes/gates.md §2.3).
 */
export function exceedances(
  earlier: Histogram,
  { quantile, least }: LatencyQuantile,
  sketches: { readonly candidate: LatencySketch; readonly stable: LatencySketch },
  offset: number,
): TwoArms {
  const threshold = earlier.total >= least ? quantileIndex(earlier, quantile) : null;
  if (threshold === null) return EMPTY_ARMS;
  const candidate = countAbove(sketches.candidate, threshold + offset);
  const stable = countAbove(sketches.stable, threshold);
  return { candidateBad: candidate.above, candidate: candidate.n, stableBad: stable.above, stable: stable.n };
}
