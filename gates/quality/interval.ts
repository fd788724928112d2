import { exp, ln } from '../numeric.ts';
import { studentCdf } from '../student.ts';

/** A figure with the interval that holds the true one in 95 of 100 cases; without one where it cannot be told. */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Quantile of the normal distribution at 97.5 %. */
const Z = 1.959963984540054;

/** A share, seen `k` times in `n` (Wilson 1927); 0 without a bound where there was nothing to see. */
export function shareEstimate(k: number, n: number): Estimate {
  return n === 0 ? { value: 0, low: null, high: null } : { value: k / n, ...wilson(k / n, n) };
}

/** A figure between 0 and 1 by its standard error, on the log-odds scale so that it stays there; `n` counts its evidence. */
export function oddsEstimate(value: number, error: number, n: number): Estimate {
  if (n === 0) return { value, low: null, high: null };
  // At the ends the delta method knows no error.
  if (value <= 0 || value >= 1 || error === 0) return { value, ...wilson(value, n) };
  const odds = ln(value / (1 - value));
  const spread = (Z * error) / (value * (1 - value));
  return { value, low: share(odds - spread), high: share(odds + spread) };
}

/** A mean of `n` values by their sum and sum of squares, with Student's interval; never below 0. */
export function meanEstimate(n: number, sum: number, squares: number): Estimate {
  const value = sum / n;
  if (n < 2) return { value, low: null, high: null };
  const variance = Math.max(0, squares / n - value * value) * (n / (n - 1));
  const spread = studentQuantile(n - 1) * Math.sqrt(variance / n);
  return { value, low: Math.max(0, value - spread), high: value + spread };
}

function wilson(p: number, n: number): { low: number; high: number } {
  const z = Z * Z;
  const center = (p + z / (2 * n)) / (1 + z / n);
  const spread = (Z * Math.sqrt((p * (1 - p)) / n + z / (4 * n * n))) / (1 + z / n);
  return { low: Math.max(0, center - spread), high: Math.min(1, center + spread) };
}

function share(odds: number): number {
  return 1 / (1 + exp(-odds));
}

/** The 97.5 % quantile of Student's distribution. */
function studentQuantile(degrees: number): number {
  let [low, high] = [Z, 13];
  for (let i = 0; i < 60; i += 1) {
    const t = (low + high) / 2;
    if (studentCdf(-t, degrees) > 0.025) low = t;
    else high = t;
  }
  return high;
}
