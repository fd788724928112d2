import { mannWhitneyInterval } from './mann-whitney.ts';

export type Classification = 'Pass' | 'High' | 'Low' | 'Nodata' | 'Error';

const TOLERANCE = 0.25;

/**
 * Whether a metric is higher or lower in the experiment, as Kayenta's `MannWhitneyClassifier` decides with the judge's settings:
 * confidence 0.98, tolerance 0.25, any effect that way.
 *
 * High if the interval of the shift lies above a quarter of the estimated shift, and the mean did not fall; `direction` says
 * which of the two counts. `NaN` is no data and left out. Kayenta's noise on two constant series is replaced by its meaning:
 * they differ.
 */
export function classify(
  experimentPoints: readonly number[],
  controlPoints: readonly number[],
  direction: 'increase' | 'decrease',
): Classification {
  const experiment = experimentPoints.filter((x) => !Number.isNaN(x));
  const control = controlPoints.filter((x) => !Number.isNaN(x));
  if (experiment.length === 0 || control.length === 0) return 'Nodata';
  const distinct = { experiment: new Set(experiment), control: new Set(control) };
  const first = control[0] ?? 0;
  if (distinct.experiment.size === 1 && distinct.control.size === 1) {
    if (experiment[0] === first) return 'Pass';
    return towards(direction, interval(spread(experiment), spread(control)), meanRatio(experiment, control));
  }
  if (same(experiment, control)) return 'Pass';
  return towards(direction, interval(experiment, control), meanRatio(experiment, control));
}

function towards(
  direction: 'increase' | 'decrease',
  shift: ReturnType<typeof mannWhitneyInterval> | null,
  ratio: number,
): Classification {
  if (!shift) return 'Error';
  const bound = TOLERANCE * Math.abs(shift.estimate);
  if (direction === 'increase' && shift.low > bound && !(ratio < 1)) return 'High';
  if (direction === 'decrease' && shift.high < -bound && !(ratio > 1)) return 'Low';
  return 'Pass';
}

function interval(x: readonly number[], y: readonly number[]): ReturnType<typeof mannWhitneyInterval> | null {
  try {
    return mannWhitneyInterval(x, y);
  } catch {
    return null;
  }
}

/** Tiny evenly spaced differences, a hundred-thousandth of the value, in place of Gaussian noise. */
function spread(values: readonly number[]): number[] {
  return values.map((x, i) => x + x * 1e-5 * ((i + 0.5) / values.length - 0.5));
}

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  return x.every((value, i) => value === y[i]);
}

/** Mean of the experiment over that of the control; `NaN`, and then ignored, where either is 0. */
function meanRatio(experiment: readonly number[], control: readonly number[]): number {
  const [a, b] = [mean(experiment), mean(control)];
  return a === 0 || b === 0 ? NaN : a / b;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
