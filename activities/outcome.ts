import { Context } from '@temporalio/activity';
import type { Outcome } from '../domain/outcome.ts';
import type { Reason } from '../domain/reasons.ts';
import type { PreflightFacts } from '../domain/rollout-state.ts';
import type { Verdict } from '../domain/verdict.ts';
import { closeIncidents, originHere, sendNotice } from './alerts/notices.ts';
import { remembered } from './alerts/remembered.ts';
import type { Deps } from './deps.ts';
import { aftermathOf } from './outcome/aftermath-of.ts';
import { attachReport } from './registry/report.ts';
import { tagVersion } from './registry/tags.ts';
import { lastLedgerRow, readLedger } from './store/ledger.ts';

export interface PublishOutcome {
  readonly facts: PreflightFacts;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly detail: string;
  readonly verdict: Verdict | null;
}

/** The endpoint stays locked until the books are closed: receivers that are away hold that up so long at most. */
const PATIENCE_MS = 120_000;

export function createOutcomeActivities(deps: Deps) {
  return {
    /**
     * Leaves the rollout's mark where people and auditors look: tags and report in the registry, notices outside.
     *
     * The ledger's head goes into a tag, so that a ledger whose end was cut off does not pass for whole.
     */
    async publishOutcome({ facts, outcome, reason, detail, verdict }: PublishOutcome): Promise<void> {
      const { mlflow, pool, startAftermath } = deps;
      const { plan, rolloutId, candidate } = facts;
      const history = await readLedger(pool, plan, { rolloutId });
      // First of all, since a registry that is away would hold it up.
      const watch = aftermathOf(facts, history);
      if (watch) await startAftermath?.(watch);
      const head = await lastLedgerRow(pool, plan);
      await tagVersion(mlflow, candidate, {
        'slipway.rollout': rolloutId,
        'slipway.outcome': outcome,
        'slipway.endpoint': `${plan.target}/${plan.endpoint}`,
        'slipway.digest': candidate.digest,
        ...(head && { 'slipway.ledger_head': `${head.seq}:${head.hash}` }),
      });
      await attachReport(mlflow, facts, { outcome, reason, detail, verdict, history });
      if (outcome === 'promoted') await beginWatch(facts);
      const notice = { event: outcome, reason, detail };
      const noted = new Set(history.map((row) => row.reason));
      await remembered(
        (has) =>
          allOf([sendNotice(deps, facts, notice, originHere(), has), closeIncidents(deps, facts, noted, originHere())]),
        PATIENCE_MS,
      );
    },
  };

  /** The janitor begins what did not begin here: a version that serves is no less promoted for that. */
  async function beginWatch({ plan: { target, endpoint, monitor } }: PreflightFacts): Promise<void> {
    await deps.monitors?.promoted({ target, endpoint }, monitor !== null).catch((error: unknown) => {
      Context.current().log.warn(`the monitor was not told of the promotion: ${String(error)}`, { target, endpoint });
    });
  }
}

/** Waits for all, and then fails as the first that failed: one does not keep another from being carried out. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}
