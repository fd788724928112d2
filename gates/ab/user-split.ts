import gammaln from '@stdlib/math-base-special-gammaln';
import { ln } from '../numeric.ts';

/** How sure the alternative is of the planned shares, in users: it looks for deviations of a tenth or so of a share. */
const CONCENTRATION = 100;

/** Evidence (as a logarithm) at which users count as wrongly split: one false alarm in ten thousand tests. */
const LN_ENOUGH = ln(1e4);

/**
 * Logarithm of the e-value against "each user fell to an arm with its planned share", for any number of arms.
 *
 * The Dirichlet–multinomial mixture around the planned shares (sample-ratio mismatch: Lindon and Malek 2022), anytime-valid
 * over users that are counted once each; a function of the counts alone.
 *
 * @param planned shares of the arms, which add up to 1
 */
export function lnSplitEvidence(users: readonly number[], planned: readonly number[]): number {
  const all = users.reduce((sum, n) => sum + n, 0);
  return users.reduce(
    (lnE, n, arm) => {
      const share = planned[arm] ?? 0;
      if (share <= 0) return n > 0 ? Infinity : lnE;
      const prior = CONCENTRATION * share;
      return lnE + gammaln(prior + n) - gammaln(prior) - n * ln(share);
    },
    gammaln(CONCENTRATION) - gammaln(CONCENTRATION + all),
  );
}

/** Whether users are spread over the arms otherwise than planned, so that the arms' users cannot be compared. */
export function areUsersMissplit(users: readonly number[], planned: readonly number[]): boolean {
  return lnSplitEvidence(users, planned) >= LN_ENOUGH;
}
