import type { Procedure } from './procedure.ts';

/** `analysis:` of docs/gitbook/usage/how-it-works.md. */
const FAILED_CHECKS = 10;
const STEPS = 50 / 5;

/**
 * Flagger with its documented settings (fluxcd/flagger 15bd6ad, pkg/controller/scheduler.go): each minute the candidate's success
 * rate must be at least 99 % and its p99 at most 500 ms.
 *
 * A check that fails, or finds no data, leaves the weight where it is; failed checks add up over the run, and the tenth
 * rolls back at the next minute's look. Each good check raises the weight by 5 %, and one at 50 % promotes. The weight itself
 * is the simulation's here; only the decision is Flagger's.
 */
export const FLAGGER: Procedure = {
  name: 'Flagger (docs settings)',
  open: ({ slo }) => {
    const least = slo?.success_rate_min ?? 0.99;
    const most = slo?.p99_ms_max ?? 500;
    let [failed, passed] = [0, 0];
    return ({ candidate: { n, errors, latencies_ms: latencies = [] } }) => {
      if (failed >= FAILED_CHECKS) return 'rollback';
      const slow = latencies.reduce((count, x) => (x > most ? count + 1 : count), 0);
      // A p99 at most 500 ms is at most a hundredth above it, and 500 ms is a bound of Istio's histogram.
      const healthy = n > 0 && 1 - errors / n >= least && slow <= 0.01 * latencies.length;
      if (healthy) passed += 1;
      else failed += 1;
      return passed >= STEPS ? 'promote' : 'continue';
    };
  },
};
