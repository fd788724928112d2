import type { Evidence, Standing } from './evidence.ts';
import type { Histogram } from './histogram.ts';
import { indexToMs, quantileIndex } from './histogram.ts';
import { ln } from './numeric.ts';

/** An effect with an interval that holds however often one looks. */
export interface Effect {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** How much larger the candidate's share of bad ones is than stable's; `null` without both. */
export function shareEffect({ candidate, stable, n, dispersion }: Standing, alpha: number): Effect | null {
  if (candidate === null || stable === null || n.candidate === 0 || n.stable === 0) return null;
  const variance =
    (spreadOut(candidate, n.candidate) + spreadOut(stable, n.stable) * (n.candidate / n.stable)) * dispersion;
  const half = Math.sqrt(variance) * radius(n.candidate, alpha);
  const estimate = candidate - stable;
  return { estimate, low: Math.max(estimate - half, -1), high: Math.min(estimate + half, 1) };
}

/** The candidate's quantile over stable's, minus one; `null` without both. */
export function ratioEffect(
  { candidate, stable, n, dispersion }: Standing,
  latency: Evidence['latency'],
  quantile: number,
  alpha: number,
): Effect | null {
  if (candidate === null || stable === null || stable <= 0) return null;
  const range = (histogram: Histogram, count: number) => {
    const width =
      Math.sqrt(quantile * (1 - quantile) * dispersion) *
      radius(Math.max(Math.min(count, histogram.total), 1), alpha / 2);
    const at = (q: number): number | null => (q <= 0 || q >= 1 ? null : quantileIndex(histogram, q));
    const low = at(quantile - width);
    // Buckets are told by their upper ends.
    return { low: low === null ? null : low - histogram.width, high: at(quantile + width) };
  };
  const [ours, theirs] = [range(latency.candidate, n.candidate), range(latency.stable, n.stable)];
  const ratio = (a: number | null, b: number | null, otherwise: number): number =>
    a === null || b === null ? otherwise : indexToMs(a) / indexToMs(b) - 1;
  return {
    estimate: candidate / stable - 1,
    low: Math.max(ratio(ours.low, theirs.high, -1), -1),
    high: ratio(ours.high, theirs.low, UNBOUNDED),
  };
}

/** Stands for a quantile that nothing bounds from above yet; finite, so that JSON can carry it. */
const UNBOUNDED = 1e6;

/**
 * Standard errors, in units of one observation's standard deviation, of the interval for a mean after `n` observations.
 *
 * The normal mixture boundary (Robbins 1970; Howard, Ramdas, McAuliffe, Sekhon 2021, eq. 14), asymptotically valid for any
 * mean (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2024); narrowest after about `tightest` observations.
 */
export function radius(n: number, alpha: number, tightest = 1_000): number {
  const scaled = (8 * n) / tightest;
  return Math.sqrt(((scaled + 1) / (scaled * n)) * (ln(scaled + 1) + 2 * ln(1 / alpha)));
}

/** Variance of one observation, never nought: a rate of 0 among n is one that may be 1/n. */
function spreadOut(p: number, n: number): number {
  const kept = (p * n + 0.5) / (n + 1);
  return kept * (1 - kept);
}
