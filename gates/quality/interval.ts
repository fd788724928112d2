import { exceeded } from '../normal.ts';
import { exp, ln } from '../numeric.ts';
import { studentCdf } from '../student.ts';

/** A figure with the interval that holds the true one, in 95 of 100 cases where nothing else is asked for; without one where it cannot be told. */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** The chance, on each side of an interval, that the true figure lies beyond it. */
export const USUAL_TAIL = 0.025;

/** A share, seen `k` times in `n` (Wilson 1927); 0 without a bound where there was nothing to see. */
export function shareEstimate(k: number, n: number, tail = USUAL_TAIL): Estimate {
  return n === 0 ? { value: 0, low: null, high: null } : { value: k / n, ...wilson(k / n, n, tail) };
}

/** A figure between 0 and 1 by its standard error, on the log-odds scale so that it stays there; `n` counts its evidence. */
export function oddsEstimate(value: number, error: number, n: number, tail = USUAL_TAIL): Estimate {
  if (n === 0) return { value, low: null, high: null };
  // At the ends the delta method knows no error.
  if (value <= 0 || value >= 1 || error === 0) return { value, ...wilson(value, n, tail) };
  const odds = ln(value / (1 - value));
  const spread = (exceeded(tail) * error) / (value * (1 - value));
  return { value, low: share(odds - spread), high: share(odds + spread) };
}

/**
 * The upper bound of an {@link oddsEstimate} for what must hardly ever be passed: on the plain scale where that is wider,
 * since far out the log-odds one is passed twice as often as it says.
 */
export function farBound({ value, high }: Estimate): number | null {
  if (high === null || high >= 1 || value <= 0 || value >= 1) return high;
  const spread = ln(high / (1 - high)) - ln(value / (1 - value));
  return Math.max(high, value + spread * value * (1 - value));
}

/** A mean of `n` values by their sum and sum of squares, with Student's interval; never below 0. */
export function meanEstimate(n: number, sum: number, squares: number, tail = USUAL_TAIL): Estimate {
  const value = sum / n;
  if (n < 2) return { value, low: null, high: null };
  const variance = Math.max(0, squares / n - value * value) * (n / (n - 1));
  const spread = studentQuantile(n - 1, tail) * Math.sqrt(variance / n);
  return { value, low: Math.max(0, value - spread), high: value + spread };
}

function wilson(p: number, n: number, tail: number): { low: number; high: number } {
  const quantile = exceeded(tail);
  const z = quantile * quantile;
  const center = (p + z / (2 * n)) / (1 + z / n);
  const spread = (quantile * Math.sqrt((p * (1 - p)) / n + z / (4 * n * n))) / (1 + z / n);
  // At the ends rounding could miss them.
  return { low: p <= 0 ? 0 : Math.max(0, center - spread), high: p >= 1 ? 1 : Math.min(1, center + spread) };
}

function share(odds: number): number {
  return 1 / (1 + exp(-odds));
}

/** What Student's distribution exceeds with the chance `tail`. */
function studentQuantile(degrees: number, tail: number): number {
  let [low, high] = [exceeded(tail), 13];
  while (studentCdf(-high, degrees) > tail) high *= 2;
  for (let i = 0; i < 60; i += 1) {
    const t = (low + high) / 2;
    if (studentCdf(-t, degrees) > tail) low = t;
    else high = t;
  }
  return high;
}
