import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { PreflightFacts } from '../domain/rollout-state.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Deps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';
import { appendLedger } from './store/ledger.ts';
import { validateVersion } from './validation/validate-version.ts';

export function createValidateActivities(deps: Deps) {
  return {
    /** Scores candidate and stable through their own servers on the plan's validation set. */
    async validateCandidate({
      facts,
      entries,
    }: {
      facts: PreflightFacts;
      entries: readonly LedgerEntry[];
    }): Promise<Verdict> {
      let done = 0;
      return withHeartbeat(
        async (signal) => {
          await appendLedger(deps.pool, entries);
          const target = await deps.target(facts.plan.target);
          return validateVersion({ mlflow: deps.mlflow, target, facts, signal, onProgress: (rows) => (done = rows) });
        },
        () => ({ rowsScored: done }),
      );
    },
  };
}
