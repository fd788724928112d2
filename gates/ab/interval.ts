import type { Arms } from '../kinds/arms.ts';
import type { Effect } from '../effect.ts';
import type { Sample } from './totals.ts';
import { eachArm } from '../kinds/arms.ts';
import { ln } from '../numeric.ts';
import { radius } from '../effect.ts';

/** Users of both arms at which the intervals are narrowest. */
const TIGHTEST_USERS = 5_000;

/**
 * How much the candidate's mean is above stable's, with an interval that holds at 1 − alpha at all looks together.
 *
 * An asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2024) with Robbins' normal mixture for its
 * boundary: every user is one observation, independent of the others, drawn for an arm by the salted hash of its name. A
 * user that could change its value after it was counted, or be counted in every batch anew, would break that.
 */
export function meanDifference(samples: Arms<Sample>, alpha: number): Effect | null {
  if (samples.candidate.n === 0 || samples.stable.n === 0) return null;
  const { means, variances, reach } = spreadOf(samples, alpha);
  const estimate = means.candidate - means.stable;
  const half = reach * Math.sqrt(variances.candidate + variances.stable);
  return { estimate, low: estimate - half, high: estimate + half };
}

/**
 * The candidate's mean over stable's, minus one; `null` while stable's mean cannot be told from 0.
 *
 * Fieller (1954): every ratio r for which the difference `mean − r · mean of stable` has 0 in its interval. It contains 0
 * exactly when the interval of {@link meanDifference} does, to rounding.
 */
export function meanRatio(samples: Arms<Sample>, alpha: number): Effect | null {
  if (samples.candidate.n === 0 || samples.stable.n === 0) return null;
  const { means, variances, reach } = spreadOf(samples, alpha);
  const squared = reach * reach;
  const a = means.stable * means.stable - squared * variances.stable;
  if (a <= 0) return null;
  const b = means.candidate * means.stable;
  const c = means.candidate * means.candidate - squared * variances.candidate;
  const half = Math.sqrt(Math.max(b * b - a * c, 0));
  return { estimate: means.candidate / means.stable - 1, low: (b - half) / a - 1, high: (b + half) / a - 1 };
}

/** Logarithm of the e-value against equal means: the normal mixture that the intervals are the inverse of. */
export function lnDifferent(samples: Arms<Sample>): number {
  if (samples.candidate.n === 0 || samples.stable.n === 0) return 0;
  const { means, variances } = spreadOf(samples, 1 / 2);
  const [difference, variance] = [means.candidate - means.stable, variances.candidate + variances.stable];
  if (variance === 0) return 0;
  const scaled = (8 * (samples.candidate.n + samples.stable.n)) / TIGHTEST_USERS;
  return (((scaled / (scaled + 1)) * difference * difference) / variance - ln(scaled + 1)) / 2;
}

interface Spread {
  readonly means: Arms<number>;
  /** Of the means. */
  readonly variances: Arms<number>;
  /** Half the width of an interval, in standard errors. */
  readonly reach: number;
}

function spreadOf(samples: Arms<Sample>, alpha: number): Spread {
  const { candidate, stable } = samples;
  const all = candidate.n + stable.n;
  const pooled = variance({ n: all, sum: candidate.sum + stable.sum, squares: candidate.squares + stable.squares });
  return {
    means: eachArm(samples, ({ n, sum }) => sum / n),
    // A small arm whose few large rewards are still to come would be sure of its low mean (rewards are skewed); users of
    // both arms tell how far they can be from it.
    variances: eachArm(samples, (sample) => Math.max(variance(sample), pooled) / sample.n),
    reach: Math.sqrt(all) * radius(all, alpha, TIGHTEST_USERS),
  };
}

function variance({ n, sum, squares }: Sample): number {
  const mean = sum / n;
  return Math.max(squares / n - mean * mean, 0);
}
