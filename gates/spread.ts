import type { TwoArms } from './two-arms.ts';
import { clamp } from './numeric.ts';
import { isInformative } from './two-arms.ts';

/** Running sums of standardised differences between the arms, from which their overdispersion is estimated. */
export type Spread = readonly [
  n: number,
  sum: number,
  squares: number,
  /** Σ of products of neighbours, for the autocorrelation. */
  lagged: number,
  last: number,
];

export const NO_SPREAD: Spread = [0, 0, 0, 0, 0];

/** Batches that the prior counts for. */
const PRIOR_BATCHES = 5;
const MOST = 20;
/** A difference beyond this is no noise to learn from: counted whole, a sudden fault would temper away its own evidence. */
const WIDEST = 3;

/** The spread after one more table; tables that cannot tell the arms apart do not count. */
export function spreadAfter(spread: Spread, table: TwoArms): Spread {
  if (!isInformative(table)) return spread;
  const bad = table.candidateBad + table.stableBad;
  const n = table.candidate + table.stable;
  const variance = (bad * (n - bad) * table.candidate * table.stable) / (n * n * (n - 1));
  const z = clamp((table.candidateBad - (bad * table.candidate) / n) / Math.sqrt(variance), -WIDEST, WIDEST);
  const [count, sum, squares, lagged, last] = spread;
  return [count + 1, rounded(sum + z), rounded(squares + z * z), rounded(lagged + z * last), rounded(z)];
}

/**
 * How many times as much the arms differ from batch to batch as independent requests would, at least 1.
 *
 * An e-value to the power 1/φ is still one (Jensen), so tempering by a guess from *earlier* batches costs power only and
 * buys robustness against noise of one arm. φ is the variance of the centred differences, shrunk towards `prior`, times
 * `(1 + ρ)/(1 − ρ)` for their autocorrelation (the effective sample size of an AR(1) series).
 */
export function overdispersion([n, sum, squares, lagged]: Spread, prior: number): number {
  if (n < 2) return prior;
  const mean = sum / n;
  const centred = Math.max(squares - n * mean * mean, 0);
  const correlation = centred > 0 ? clamp((lagged - n * mean * mean) / centred, 0, 0.9) * (n / (n + 10)) : 0;
  const inflated = (centred * (1 + correlation)) / (1 - correlation);
  return clamp((PRIOR_BATCHES * prior + inflated) / (PRIOR_BATCHES + n - 1), 1, MOST);
}

/** Four decimals are more than an estimate of noise deserves, and keep the state small. */
function rounded(x: number): number {
  return Math.round(x * 1e4) / 1e4;
}
