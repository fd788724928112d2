import type { GateBatch } from '../../domain/gate-batch.ts';
import type { Arms, Shown } from './arms.ts';
import type { Losses } from './loss.ts';
import type { Names } from './cohorts.ts';
import { bothArms, eachArm } from './arms.ts';
import { cohortsOf, grouped } from './cohorts.ts';
import { short } from './short.ts';

export type LossMetric = 'mse' | 'mae';

/**
 * The losses that one batch's labels give, one pair for each group of cohorts; their log-likelihoods add up.
 *
 * Empty without losses of both arms. Cohorts whose arms were clipped at different bounds cannot be compared and are left out.
 */
export function labelLosses(
  metric: LossMetric,
  batch: Pick<GateBatch, 'index' | 'labels'>,
  names: Names,
): readonly Arms<Losses>[] {
  const which = metric === 'mse' ? 'squared' : 'absolute';
  const cohorts = cohortsOf(batch, names).flatMap(({ candidate, stable }) => {
    const bound = (candidate?.losses ?? stable?.losses)?.[which].bound;
    if (bound === undefined) return [];
    const nothing: Losses = { n: 0, bound, sum: 0, squares: 0, clipped: 0 };
    const losses = bothArms(
      eachArm({ candidate, stable }, (row): Losses | null => {
        if (row === null || row.n === 0) return nothing;
        return row.losses === undefined ? null : { n: row.n, ...row.losses[which] };
      }),
    );
    return losses && losses.candidate.bound === losses.stable.bound ? [losses] : [];
  });
  const byBound = Map.groupBy(cohorts, ({ candidate }) => candidate.bound);
  return [...byBound.values()]
    .flatMap((same) => grouped(same, (cohort) => eachArm(cohort, ({ n }) => n)))
    .map((group) => group.reduce(addLosses))
    .filter(({ candidate, stable }) => candidate.n > 0 && stable.n > 0);
}

function addLosses(a: Arms<Losses>, b: Arms<Losses>): Arms<Losses> {
  return { candidate: add(a.candidate, b.candidate), stable: add(a.stable, b.stable) };
}

function add(a: Losses, b: Losses): Losses {
  return {
    n: a.n + b.n,
    bound: a.bound,
    sum: a.sum + b.sum,
    squares: a.squares + b.squares,
    clipped: a.clipped + b.clipped,
  };
}

/** What is remembered of all losses so far: to guess the variances of the next ones by, and to show. */
export interface LossTotals {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
  readonly clipped: number;
}

export const NO_LOSSES: Arms<LossTotals> = {
  candidate: { n: 0, sum: 0, squares: 0, clipped: 0 },
  stable: { n: 0, sum: 0, squares: 0, clipped: 0 },
};

export function rememberLosses(totals: Arms<LossTotals>, { candidate, stable }: Arms<Losses>): Arms<LossTotals> {
  return { candidate: total(totals.candidate, candidate), stable: total(totals.stable, stable) };
}

function total(a: LossTotals, b: Losses): LossTotals {
  const [sum, squares] = [short(a.sum + b.sum), short(a.squares + b.squares)];
  return { n: a.n + b.n, sum, squares, clipped: a.clipped + b.clipped };
}

/** Losses that the first guess counts for: as if one of the largest possible size had been seen. */
const PRIOR_LOSSES = 4;

/**
 * Guesses of the variances of the next losses, in squared units.
 *
 * Starts at `bound²/4`, the largest variance there is (Popoviciu 1935), and forgets it only as fast as "no large loss among
 * n" rules out large losses: at n of them, by `bound²/n`.
 */
export function lossVariances(totals: Arms<LossTotals>, bound: number): Arms<number> {
  return eachArm(totals, ({ n, sum, squares }) => {
    const around = n > 0 ? Math.max(squares - (sum * sum) / n, 0) : 0;
    return (bound * bound + around) / (n + PRIOR_LOSSES);
  });
}

/** Mean losses so far, in units of the loss. */
export function shownLosses(totals: Arms<LossTotals>): Shown {
  return { ...eachArm(totals, ({ n, sum }) => (n > 0 ? sum / n : null)), unit: 'loss' };
}

/** Shares of the losses that were larger than the bound and counted as the bound. */
export function clippedShares(totals: Arms<LossTotals>): Arms<number | null> {
  return eachArm(totals, ({ n, clipped }) => (n > 0 ? clipped / n : null));
}
