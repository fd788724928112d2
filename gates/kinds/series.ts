import type { LnLikelihood } from '../likelihood.ts';
import { clamp, ln } from '../numeric.ts';
import { short } from './short.ts';

/**
 * One number for each batch, followed through a stage: how it scatters, whatever its level.
 *
 * The scatter comes from recursive residuals `w = (y − mean so far) · √(n/(n+1))` (Brown, Durbin, Evans 1975), which are
 * independent of each other and of the level, and so can be summed up without keeping the numbers.
 */
export interface Series {
  readonly n: number;
  readonly mean: number;
  /** Σ of w², and of products of neighbouring ones, for the autocorrelation. */
  readonly squares: number;
  readonly lagged: number;
  readonly last: number;
}

export const NO_SERIES: Series = { n: 0, mean: 0, squares: 0, lagged: 0, last: 0 };

/** Scatter and correlation that are assumed until they are measured, as if so many residuals had shown them. */
const PRIOR = { scale: 0.2, correlation: 0.8, residuals: 8 };
/** A residual of more scales than this is no scatter to learn from: a sudden change would hide itself. */
const WIDEST = 3;
const MOST_CORRELATION = 0.95;
/** Degrees of freedom: what the prior is worth, and tails heavy enough that one wild number is not taken at its word. */
const FREEDOM = PRIOR.residuals;

/** The series after one more number. */
export function follow(series: Series, y: number): Series {
  const { n, mean, squares, lagged, last } = series;
  const most = WIDEST * plainScale(series);
  const w = clamp((y - mean) * Math.sqrt(n / (n + 1)), -most, most);
  return {
    n: n + 1,
    mean: short(mean + (y - mean) / (n + 1)),
    squares: short(squares + w * w),
    lagged: short(lagged + w * last),
    last: short(w),
  };
}

/**
 * Likelihood of the level of the series, from one more number.
 *
 * Student's law with the scatter of *earlier* numbers: it allows for how little is known of the scatter, and what a number
 * says grows only as the logarithm of how far off it is (Lange, Little, Taylor 1989).
 */
export function levelLikelihood(series: Series, y: number): LnLikelihood {
  const scale = scatter(series);
  return (level) => {
    const z = (y - level) / scale;
    return -((FREEDOM + 1) / 2) * ln(1 + (z * z) / FREEDOM);
  };
}

/** Standard deviation as if the numbers were independent; an AR(1) series of correlation ρ tells `(1 − ρ)/(1 + ρ)` as much. */
export function scatter(series: Series): number {
  const assumed = PRIOR.residuals * PRIOR.scale * PRIOR.scale;
  const raw = (series.lagged + PRIOR.correlation * assumed) / (series.squares + assumed);
  const correlation = clamp(raw, 0, MOST_CORRELATION);
  return plainScale(series) * Math.sqrt((1 + correlation) / (1 - correlation));
}

function plainScale({ n, squares }: Series): number {
  const { scale, residuals } = PRIOR;
  return Math.sqrt((residuals * scale * scale + squares) / (residuals + Math.max(n - 1, 0)));
}
