import type { ArmCounts } from '../domain/gate-batch.ts';
import { clamp } from './numeric.ts';

/** Sums over the users of both arms in all batches so far; empty where traffic is not sticky. */
export interface UserTotals {
  readonly requests: number;
  readonly bad: number;
  readonly requestsSquared: number;
  readonly badSquared: number;
  readonly requestsTimesBad: number;
}

export const NO_USERS: UserTotals = { requests: 0, bad: 0, requestsSquared: 0, badSquared: 0, requestsTimesBad: 0 };

/** Bad requests from which on their clustering is measured instead of assumed to be as bad as it can be. */
const ENOUGH_BAD = 20;

export function addUsers(totals: UserTotals, arms: readonly ArmCounts[]): UserTotals {
  return arms.reduce((sum, { n, errors, users }) => {
    if (users === null) return sum;
    return {
      requests: sum.requests + n,
      bad: sum.bad + errors,
      requestsSquared: sum.requestsSquared + users.requestsSquared,
      badSquared: sum.badSquared + users.badSquared,
      requestsTimesBad: sum.requestsTimesBad + users.requestsTimesBad,
    };
  }, totals);
}

/**
 * Design effect of users that stay on one arm, if all requests of one user go the same way: `Σ q² / Σ q` (Kish 1965, with an
 * intra-user correlation of 1). Depends on how often users ask, not on what happened, so the batch's own sums may be used.
 */
export function worstDesignEffect(arms: readonly ArmCounts[]): number {
  return arms.reduce(
    (worst, { n, users }) => (users === null || n === 0 ? worst : Math.max(worst, users.requestsSquared / n)),
    1,
  );
}

/**
 * Design effect of errors: the variance of the ratio estimator over users, `Σ(b − r q)²`, over the binomial one
 * (Kish 1965; Deng, Knoblich, Lu 2018), measured on earlier batches.
 */
export function errorDesignEffect(earlier: UserTotals, worst: number): number {
  const { requests, bad, requestsSquared, badSquared, requestsTimesBad } = earlier;
  if (bad < ENOUGH_BAD || bad >= requests) return worst;
  const rate = bad / requests;
  const clustered = badSquared - 2 * rate * requestsTimesBad + rate * rate * requestsSquared;
  return clamp(clustered / (requests * rate * (1 - rate)), 1, worst);
}
