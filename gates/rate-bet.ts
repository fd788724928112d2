import { ln } from './numeric.ts';

/**
 * Logarithms of the e-values of `bad` out of `n` against "the rate is at most `limit`" (for rates above it; "at least"
 * for rates below).
 *
 * The likelihood ratio of a Bernoulli sequence, which is what the best bettor on a bounded mean plays (Wald 1945;
 * Waudby-Smith and Ramdas 2024).
 */
export function rateBet(bad: number, n: number, limit: number, rates: readonly number[]): number[] {
  return rates.map((rate) => lnRatio(bad, rate, limit) + lnRatio(n - bad, 1 - rate, 1 - limit));
}

function lnRatio(count: number, a: number, b: number): number {
  // A rate of 0 or 1 is ruined by one observation; -1e6 is as good as nothing and stays finite in JSON.
  if (count === 0) return 0;
  return a > 0 ? count * ln(a / b) : -1e6;
}
