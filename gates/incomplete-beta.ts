import { exp, ln } from './numeric.ts';
import gammaln from '@stdlib/math-base-special-gammaln';

const MOST_TERMS = 20_000;
const ACCURACY = 1e-15;
/** Stands in for a zero denominator, as Lentz's method asks. */
const TINY = 1e-300;

/**
 * The regularised incomplete beta function Iₓ(a, b), for a, b > 0.
 *
 * Continued fraction by the modified Lentz method (DLMF 8.17.22; Press et al., Numerical Recipes, 3rd ed., §6.4).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * ln(x) + b * ln(1 - x));
  // The fraction converges fast only below the mean; above it the symmetric one does.
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      value *= c * d;
    }
    if (Math.abs(c * d - 1) < ACCURACY) break;
  }
  return value;
}

function away(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
