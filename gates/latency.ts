import type { LatencySketch } from '../domain/gate-batch.ts';
import type { Histogram } from './histogram.ts';
import type { TwoArms } from './two-arms.ts';
import { EMPTY_ARMS } from './two-arms.ts';
import { EMPTY_HISTOGRAM, addSketch, countAbove, indexToMs, msToIndex, quantileIndex } from './histogram.ts';

/** The quantiles that are compared, and how many earlier requests of stable it takes to place a threshold. */
export const QUANTILES = [
  { name: 'p50', metric: 'latency.p50', quantile: 0.5, least: 20 },
  { name: 'p95', metric: 'latency.p95', quantile: 0.95, least: 40 },
  { name: 'p99', metric: 'latency.p99', quantile: 0.99, least: 100 },
] as const;

/** A quantile of times that both arms are compared by. */
export interface ComparedQuantile {
  readonly metric: string;
  readonly quantile: number;
  /** Earlier requests of stable that it takes to place a threshold. */
  readonly least: number;
}

/** Where the two thresholds lie: in sketch buckets that the candidate's is raised by, and above or below the quantile's own. */
export interface Thresholds {
  readonly raisedBy: number;
  /** Least length of that, in milliseconds. */
  readonly atLeastMs: number;
  /**
   * A server that always takes equally long has all its requests in one bucket. From above it one sees a candidate that
   * is slower, from below one that is not; the other way round nothing would ever differ.
   */
  readonly from: 'above' | 'below';
}

/**
 * Requests slower than stable's quantile over *earlier* batches, with a raised threshold for the candidate.
 *
 * A threshold that the batch itself has no part in makes exceedance a plain yes-or-no, so no density and no variance is
 * needed, and a ratio of quantiles is tested by shifting one threshold (Howard and Ramdas 2022). Before there are enough
 * earlier batches, both arms' own quantile serves: it treats the arms alike, which a comparison of equals needs no more of.
 */
export function exceedances(
  earlier: Histogram,
  { quantile, least }: ComparedQuantile,
  sketches: { readonly candidate: LatencySketch; readonly stable: LatencySketch },
  { raisedBy, atLeastMs, from }: Thresholds,
): TwoArms {
  const known = earlier.total >= least ? earlier : pooled(sketches);
  const bucket = known.total >= least ? quantileIndex(known, quantile) : null;
  if (bucket === null) return EMPTY_ARMS;
  const threshold = from === 'above' ? bucket : bucket - known.width;
  const raised = Math.max(threshold + raisedBy, msToIndex(indexToMs(threshold) + atLeastMs));
  const candidate = countAbove(sketches.candidate, raised);
  const stable = countAbove(sketches.stable, threshold);
  return { candidateBad: candidate.above, candidate: candidate.n, stableBad: stable.above, stable: stable.n };
}

/** Buckets enough for the quantile of a first batch. */
const FIRST_BUCKETS = 256;

function pooled({
  candidate,
  stable,
}: {
  readonly candidate: LatencySketch;
  readonly stable: LatencySketch;
}): Histogram {
  return addSketch(addSketch(EMPTY_HISTOGRAM, stable, FIRST_BUCKETS), candidate, FIRST_BUCKETS);
}
