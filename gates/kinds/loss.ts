import type { Arms } from './arms.ts';
import type { LnLikelihood } from '../likelihood.ts';
import type { LossSums } from '../../domain/gate-batch.ts';
import { SILENT } from '../likelihood.ts';
import { bennettVariance } from './bennett.ts';
import { clamp, exp } from '../numeric.ts';
import { eachArm } from './arms.ts';
import { rateLikelihood } from './rate.ts';

/** Losses of some predictions, each between 0 and the bound. */
export interface Losses extends LossSums {
  readonly n: number;
}

/**
 * Likelihood of the logarithm of the ratio of the mean losses, as a rate of bounded quantities (see rate.ts).
 *
 * Exact for every distribution and every number of labels. The price: a loss counts as if it were either 0 or the bound,
 * so it takes up to `bound · mean / variance` times as many labels as {@link lossDifference}.
 */
export function lossRatio({ candidate, stable }: Arms<Losses>): LnLikelihood {
  if (!comparable(candidate, stable)) return SILENT;
  const rate = ({ sum, bound, n }: Losses) => ({ events: sum / bound, exposure: n });
  return rateLikelihood({ candidate: rate(candidate), stable: rate(stable) });
}

/**
 * Likelihood of the difference of the mean losses over independent cohorts, in units of the loss; flat beyond ±`reach`.
 *
 * A normal likelihood whose variance is widened until it bounds every loss of this variance in [0, bound] (Bennett 1962), so
 * ratios between effects within the reach have a mean of at most 1, however skewed the losses and however few the labels, as
 * long as the variances guessed from *earlier* batches are not too small. A variance within the batch would not do: a
 * batch in which no large loss happened to fall would count the more for it. Nor would bets on a bounded mean
 * (Waudby-Smith and Ramdas 2024): they are e-values against one null each, and no likelihood that noise can be averaged over.
 */
export function lossDifference(cohorts: readonly Arms<Losses>[], variances: Arms<number>, reach: number): LnLikelihood {
  const told = cohorts.filter(({ candidate, stable }) => comparable(candidate, stable));
  if (told.length === 0 || reach <= 0) return SILENT;
  const bound = Math.max(...told.map(({ candidate }) => candidate.bound));
  const wide = eachArm(variances, (variance) => bennettVariance(variance, { bound, span: 2 * reach }));
  let [information, pull] = [0, 0];
  for (const { candidate, stable } of told) {
    const precision = 1 / (wide.candidate / candidate.n + wide.stable / stable.n);
    information += precision;
    pull += precision * (candidate.sum / candidate.n - stable.sum / stable.n);
  }
  return (effect) => {
    const within = clamp(effect, -reach, reach);
    return within * (pull - (information * within) / 2);
  };
}

function comparable(candidate: Losses, stable: Losses): boolean {
  return candidate.n > 0 && stable.n > 0 && candidate.bound === stable.bound;
}

/** A likelihood of a difference as one of the log ratio of means, where stable's mean was `base` in earlier batches. */
export function asRatio(difference: LnLikelihood, base: number): LnLikelihood {
  return base > 0 ? (effect) => difference(base * (exp(effect) - 1)) : SILENT;
}
