import { exp } from '../numeric.ts';

/** How far two samples of numbers lie apart, value by value and without bins. */
export interface SampleDistances {
  /** Largest difference of the two shares of values up to a point, 0 to 1 (Smirnov 1939). */
  readonly kolmogorovSmirnov: number;
  /** Mean way that the mass has to go, `∫ |F − G|`, in the values' own unit. */
  readonly wasserstein: number;
}

/**
 * The distances between two samples, each sorted upwards and without NaN; one pass, and no room of its own.
 *
 * `null` where one is empty.
 */
export function sampleDistances(a: Float64Array, b: Float64Array): SampleDistances | null {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return null;
  let [i, j, kolmogorovSmirnov, wasserstein] = [0, 0, 0, 0];
  let last = Math.min(a[0] ?? 0, b[0] ?? 0);
  while (i < n || j < m) {
    const [x, y] = [i < n ? a[i]! : Infinity, j < m ? b[j]! : Infinity];
    const value = x < y ? x : y;
    const gap = Math.abs(i / n - j / m);
    // Between the value before and this one, neither share changes.
    wasserstein += gap * (value - last);
    while (i < n && a[i] === value) i += 1;
    while (j < m && b[j] === value) j += 1;
    const after = Math.abs(i / n - j / m);
    if (after > kolmogorovSmirnov) kolmogorovSmirnov = after;
    last = value;
  }
  return { kolmogorovSmirnov, wasserstein };
}

const TERMS = 100;

/**
 * Chance that two samples of n and m values from one distribution lie at least this far apart, in the limit of large ones
 * (Kolmogorov 1933): `2 Σ (−1)^(k−1) e^(−2k²x²)` with `x = d √(nm/(n+m))`.
 */
export function kolmogorovP(distance: number, n: number, m: number): number {
  const x = distance * Math.sqrt((n * m) / (n + m));
  // Below, the chance is 1 to sixteen digits, and the series needs ever more terms.
  if (x < 0.18) return 1;
  let sum = 0;
  for (let k = 1; k <= TERMS; k += 1) {
    const term = exp(-2 * k * k * x * x);
    if (term === 0) break;
    sum += k % 2 === 1 ? term : -term;
  }
  return Math.min(1, 2 * sum);
}
