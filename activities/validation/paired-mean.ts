import { exceeded } from '../../gates/normal.ts';
import { studentCdf } from '../../gates/student.ts';

/** Below this a mean of squared errors is too far from normal for Student's test. */
const FEWEST_ROWS = 30;
/** Chance that sample sizes are planned for. */
const POWER = 0.8;

export interface MeanTest {
  readonly mean: number;
  /** P-value against "the mean is at least `margin`"; small proves non-inferiority. */
  readonly againstMargin: number;
  /** P-value against "the mean is at most 0"; small proves that the candidate is worse. */
  readonly againstZero: number;
  /** Values with which a mean like the one seen would probably be proved below the margin; `null` when it is beyond. */
  readonly needed: number | null;
}

/**
 * Tests the mean of paired differences of losses (candidate minus stable) with Student's one-sided t.
 *
 * With fewer than 30 values, or values that are not finite, nothing is proved either way.
 */
export function testMean(values: readonly number[], margin: number, beta: number): MeanTest {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (n - 1));
  const needed = mean < margin ? rowsNeeded(n, margin - mean, deviation, beta) : null;
  if (n < FEWEST_ROWS || !Number.isFinite(squares)) return { mean, againstMargin: 1, againstZero: 1, needed };
  const error = deviation / Math.sqrt(n);
  return { mean, againstMargin: below(mean - margin, error, n), againstZero: below(-mean, error, n), needed };
}

function below(distance: number, error: number, n: number): number {
  // Two versions that answer alike differ by exactly 0 on every row: there is no error to measure the distance by.
  if (error === 0) return distance < 0 ? 0 : 1;
  return studentCdf(distance / error, n - 1);
}

/** The usual normal approximation, for a chance of 80 %: ((z₁₋ᵦ + z₀.₈) · deviation / distance)². */
function rowsNeeded(n: number, distance: number, deviation: number, beta: number): number | null {
  if (!Number.isFinite(deviation)) return null;
  const z = exceeded(beta) + exceeded(1 - POWER);
  return Math.max(n + 1, FEWEST_ROWS, Math.ceil(((z * deviation) / distance) ** 2));
}
