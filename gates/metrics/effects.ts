import type { Arms } from '../kinds/arms.ts';
import type { Effect } from '../effect.ts';
import type { LossTotals } from '../kinds/label-losses.ts';
import type { Series } from '../kinds/series.ts';
import type { Standing } from '../evidence.ts';
import { exp } from '../numeric.ts';
import { radius, shareEffect } from '../effect.ts';
import { scatter } from '../kinds/series.ts';

/**
 * How much lower F1 is than stable's; `null` without both. `candidate` and `stable` are what each falls short of 1 by.
 *
 * With `F = 2J / (1 + J)` the variance of F is that of a share of F times `(2 − F)² / 2` (delta method).
 */
export function f1Effect(standing: Standing, alpha: number): Effect | null {
  const most = Math.max(standing.candidate ?? 0, standing.stable ?? 0);
  const wider = ((1 + most) * (1 + most)) / 2;
  return shareEffect({ ...standing, dispersion: standing.dispersion * wider }, alpha);
}

/** The candidate's mean loss over stable's, minus one; `null` without both. Delta method for the ratio of two means. */
export function lossEffect({ candidate, stable }: Arms<LossTotals>, alpha: number): Effect | null {
  if (candidate.n === 0 || stable.n === 0 || stable.sum <= 0) return null;
  const base = stable.sum / stable.n;
  const ratio = candidate.sum / candidate.n / base;
  const variance =
    (varianceOf(candidate) + ratio * ratio * varianceOf(stable) * (candidate.n / stable.n)) / (base * base);
  return around(ratio - 1, Math.sqrt(variance) * radius(candidate.n, alpha));
}

/** The ratio that a series of log ratios has kept to, minus one; `null` without any. */
export function levelEffect(series: Series, alpha: number): Effect | null {
  if (series.n === 0) return null;
  const half = scatter(series) * radius(series.n, alpha);
  const at = (level: number) => exp(Math.min(level, MOST_LEVEL)) - 1;
  return { estimate: at(series.mean), low: at(series.mean - half), high: at(series.mean + half) };
}

/** A ratio of a million stands for one that nothing bounds. */
const MOST_LEVEL = 13.8;

function around(estimate: number, half: number): Effect {
  return { estimate, low: Math.max(estimate - half, -1), high: estimate + half };
}

/** Variance of one loss, never nought: as if one more of twice the mean had been seen. */
function varianceOf({ n, sum, squares }: LossTotals): number {
  const mean = sum / n;
  return Math.max(squares / n - mean * mean, 0) + (mean * mean) / n;
}
