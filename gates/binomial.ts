import { exp, ln, lnChoose } from './numeric.ts';
import { incompleteBeta } from './incomplete-beta.ts';

/** P(X = k) for X ~ Binomial(n, p). */
export function binomialPmf(k: number, n: number, p: number): number {
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  return exp(lnChoose(n, k) + k * ln(p) + (n - k) * ln(1 - p));
}

/** P(X ≤ k) for X ~ Binomial(n, p), by the incomplete beta function (DLMF 8.17.5). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incompleteBeta(1 - p, n - k, k + 1);
}

/** The most that a share may be of which `k` were seen in `n` (Clopper and Pearson 1934): a larger one has so few with a chance of `tail` at most. */
export function shareAtMost(k: number, n: number, tail: number): number {
  return k >= n ? 1 : bisect(k / n, 1, (p) => binomialCdf(k, n, p) > tail);
}

/** Where `below` turns from true to false between `low` and `high`. */
function bisect(low: number, high: number, below: (x: number) => boolean): number {
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (below(middle)) low = middle;
    else high = middle;
  }
  return high;
}
