import type { Pulled, PullPlan } from '../domain/outcome-pull.ts';
import type { Deps } from './deps.ts';
import type { Place } from './doctor/ports.ts';
import { withHeartbeat } from './heartbeat.ts';
import { hashOf, pull } from './outcomes/pull.ts';
import { SourceFailure } from './outcomes/source.ts';
import { noteFailedPull } from './store/outcome-pulls.ts';

export interface PullOutcomes extends Place {
  readonly plan: PullPlan;
}

/** What came of a pull: a query that fails is an answer too, and no retry before its time would help. */
export type PullAnswer = { readonly pulled: Pulled } | { readonly error: string };

export function createOutcomePullActivities(deps: Deps) {
  return {
    /** Reads what became of an endpoint's predictions from a database of somebody else's. @throws StoreUnreachable */
    async pullOutcomes({ target, endpoint, plan }: PullOutcomes): Promise<PullAnswer> {
      const place = { target, endpoint };
      return withHeartbeat(async (signal) => {
        try {
          return { pulled: await pull(deps, place, plan, { signal }) };
        } catch (error) {
          if (!(error instanceof SourceFailure)) throw error;
          await noteFailedPull(deps.pool, { ...place, queryHash: hashOf(plan) }, error.message);
          return { error: error.message };
        }
      });
    },
  };
}
