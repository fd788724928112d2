import exp from '@stdlib/math-base-special-exp';
import gammaln from '@stdlib/math-base-special-gammaln';
import ln from '@stdlib/math-base-special-ln';

// @stdlib computes these in plain arithmetic; Math.exp and Math.log differ in the last bits from engine to engine, and a
// verdict has to come out the same on any of them.
export { exp, ln };

/** Natural logarithm of `C(n, k)`. */
export function lnChoose(n: number, k: number): number {
  return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);
}

/** `ln(Σ weightᵢ · e^xᵢ)` without overflow. */
export function lnWeightedSum(weights: readonly number[], exponents: readonly number[]): number {
  const top = Math.max(...exponents);
  if (top === -Infinity) return top;
  return top + ln(exponents.reduce((sum, x, i) => sum + (weights[i] ?? 0) * exp(x - top), 0));
}

/** `ln(e^a + e^b)`. */
export function lnAdd(a: number, b: number): number {
  return lnWeightedSum([1, 1], [a, b]);
}

/** An e-value from its logarithm, kept finite so that JSON can carry it. */
export function eValue(lnE: number): number {
  return exp(Math.min(lnE, 600));
}

/** Rounds down to five decimals: downwards keeps an e-process valid, and short numbers keep the state small. */
export function floorShort(x: number): number {
  return Math.floor(x * 1e5) / 1e5;
}

/** The probability whose odds are `factor` times those of `p`. */
export function scaleOdds(p: number, factor: number): number {
  return (p * factor) / (1 - p + p * factor);
}

export function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}
