import type { Pool } from 'pg';
import { WATCH_STEP } from '../../domain/ledger-entry.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { query } from './query.ts';
import type { LedgerPlace } from './ledger.ts';

/** The rollout that was promoted last on an endpoint, with its plan and the version's key; `null` when none was. @throws StoreUnreachable */
export async function lastPromotion(
  pool: Pool,
  { target, endpoint }: LedgerPlace,
): Promise<{ readonly rolloutId: string; readonly plan: RolloutPlan; readonly promoted: string | null } | null> {
  const [row] = await query<{ rollout_id: string; plan: RolloutPlan; promoted: string | null }>(
    pool,
    `SELECT begun.rollout_id, begun.detail -> 'plan' AS plan, begun.detail #>> '{candidate,key}' AS promoted FROM slipway.ledger AS begun
     WHERE begun.target = $1 AND begun.endpoint = $2 AND begun.reason = 'RolloutStarted' AND begun.rollout_id = (
       SELECT rollout_id FROM slipway.ledger
       WHERE target = $1 AND endpoint = $2 AND reason = 'Promoted' ORDER BY seq DESC LIMIT 1)`,
    [target, endpoint],
  );
  return row ? { rolloutId: row.rollout_id, plan: row.plan, promoted: row.promoted } : null;
}

/** What the ledger says of an endpoint now: whether anything changes it, which version serves, and the last rollout that was promoted. @throws StoreUnreachable */
export async function endpointStanding(
  pool: Pool,
  { target, endpoint }: LedgerPlace,
): Promise<{ readonly busy: boolean; readonly serving: string | null; readonly promotion: string | null }> {
  const [row] = await query<{ stage: string | null; serving: string | null; promotion: string | null }>(
    pool,
    `SELECT
       -- A look at the version before and the watch hold no lock, and may be written down in the middle of the next rollout.
       (SELECT stage FROM slipway.ledger
        WHERE target = $1 AND endpoint = $2 AND (step IS NULL OR step NOT IN ('aftermath', '${WATCH_STEP}')) ORDER BY seq DESC LIMIT 1) AS stage,
       (SELECT detail ->> 'serving' FROM slipway.ledger
        WHERE target = $1 AND endpoint = $2 AND stage = 'done' AND detail ? 'serving' ORDER BY seq DESC LIMIT 1) AS serving,
       (SELECT rollout_id FROM slipway.ledger
        WHERE target = $1 AND endpoint = $2 AND reason = 'Promoted' ORDER BY seq DESC LIMIT 1) AS promotion`,
    [target, endpoint],
  );
  // Books that are open belong to a rollout under way; janitor and doctor close those of one that is gone.
  const busy = row?.stage != null && row.stage !== 'done';
  return { busy, serving: row?.serving ?? null, promotion: row?.promotion ?? null };
}

/** Endpoints on which a version was promoted since a moment, and when that was last (both ISO 8601). @throws StoreUnreachable */
export async function promotedSince(
  pool: Pool,
  since: string,
): Promise<(LedgerPlace & { readonly promotedAt: string })[]> {
  const rows = await query<{ target: string; endpoint: string; promoted_at: Date }>(
    pool,
    `SELECT place.target, place.endpoint, last.promoted_at
     FROM (SELECT DISTINCT target, endpoint FROM slipway.epochs) AS place
     CROSS JOIN LATERAL (
       SELECT max(entry.effective_at) AS promoted_at FROM slipway.ledger AS entry
       WHERE entry.target = place.target AND entry.endpoint = place.endpoint AND entry.effective_at > $1
         AND entry.reason = 'Promoted') AS last
     WHERE last.promoted_at IS NOT NULL`,
    [since],
  );
  return rows.map(({ target, endpoint, promoted_at }) => ({ target, endpoint, promotedAt: promoted_at.toISOString() }));
}
