import type { Procedure } from './procedure.ts';

const INTERVAL = 5;
const FAILURE_LIMIT = 3;
const SUCCESS = 0.95;
/** Four steps of ten minutes, then all traffic. */
const LAST = 40;

/**
 * Argo Rollouts with the background analysis of its documentation (argoproj/argo-rollouts 9f8d111, docs/features/analysis.md):
 * every five minutes the candidate's success rate must be at least 95 %.
 *
 * More than `failureLimit: 3` failed measurements abort; a measurement without traffic is not a number and fails. `irate`
 * looks at the last samples only: here, the last minute. With no failure condition there is nothing inconclusive. The analysis
 * runs from the start, not from step 2 as in the example, which favours it; after the four steps of ten minutes it is
 * terminated, which counts as successful.
 */
export const ARGO: Procedure = {
  name: 'Argo Rollouts (docs settings)',
  open: () => {
    let failed = 0;
    return ({ t, candidate: { n, errors } }) => {
      if (t % INTERVAL === 0 && !((n - errors) / n >= SUCCESS)) failed += 1;
      if (failed > FAILURE_LIMIT) return 'rollback';
      return t >= LAST ? 'promote' : 'continue';
    };
  },
};
