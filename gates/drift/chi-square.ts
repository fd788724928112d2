import gammaln from '@stdlib/math-base-special-gammaln';
import type { Bins } from './measures.ts';
import { exp, ln } from '../numeric.ts';
import { total } from './measures.ts';

/** A test of one fixed sample against another; for people, as windows that are looked at again and again need e-values. */
export interface ChiSquare {
  /** `Σ (seen − expected)² / expected` over both samples. */
  readonly statistic: number;
  readonly freedom: number;
  readonly p: number;
}

/**
 * Pearson's test that two samples come from one distribution over the same bins (Pearson 1900), without a correction for
 * continuity; `null` where one is empty, the bins are not the same, or all lies in one bin.
 */
export function chiSquare(a: Bins, b: Bins): ChiSquare | null {
  const [n, m] = [total(a), total(b)];
  if (n === 0 || m === 0 || a.length !== b.length) return null;
  let [statistic, filled] = [0, 0];
  a.forEach((count, i) => {
    const other = b[i] ?? 0;
    const both = count + other;
    if (both === 0) return;
    filled += 1;
    const [ours, theirs] = [(both * n) / (n + m), (both * m) / (n + m)];
    // What one sample has above its share, the other has below.
    const gap = count - ours;
    statistic += (gap * gap) / ours + (gap * gap) / theirs;
  });
  if (filled < 2) return null;
  const freedom = filled - 1;
  return { statistic, freedom, p: upperGamma(freedom / 2, statistic / 2) };
}

const MOST_TERMS = 10_000;
const ACCURACY = 1e-15;
/** Stands in for a zero denominator, as Lentz's method asks. */
const TINY = 1e-300;

/**
 * The regularised upper incomplete gamma function Q(a, x), for a > 0 and x ≥ 0.
 *
 * Series below the mean (DLMF 8.11.4), continued fraction by the modified Lentz method above (DLMF 8.9.2).
 */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = exp(a * ln(x) - x - gammaln(a));
  return x < a + 1 ? 1 - front * series(a, x) : front * fraction(a, x);
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; k <= MOST_TERMS && term > sum * ACCURACY; k += 1) sum += term *= x / (a + k);
  return sum;
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / away(b);
  let value = d;
  for (let k = 1; k <= MOST_TERMS; k += 1) {
    const step = -k * (k - a);
    b += 2;
    d = 1 / away(step * d + b);
    c = away(b + step / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < ACCURACY) break;
  }
  return value;
}

function away(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
