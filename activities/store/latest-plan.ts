import type { Pool } from 'pg';
import type { RolloutPlan } from '../../domain/plan.ts';
import { query } from './query.ts';
import type { VersionPlace } from './versions.ts';

/** The plan of the last rollout that began on an endpoint; `null` where none is on record. @throws StoreUnreachable */
export async function latestPlan(pool: Pool, { target, endpoint }: VersionPlace): Promise<RolloutPlan | null> {
  const [row] = await query<{ plan: RolloutPlan }>(
    pool,
    `SELECT detail -> 'plan' AS plan FROM slipway.ledger
     WHERE target = $1 AND endpoint = $2 AND reason = 'RolloutStarted' AND detail -> 'plan' IS NOT NULL
     ORDER BY seq DESC LIMIT 1`,
    [target, endpoint],
  );
  return row?.plan ?? null;
}

/** The plans that are latest on their endpoints and name a place where outcomes are read. @throws StoreUnreachable */
export async function plansWithOutcomes(pool: Pool): Promise<RolloutPlan[]> {
  const rows = await query<{ plan: RolloutPlan }>(
    pool,
    `SELECT latest.plan FROM (SELECT DISTINCT target, endpoint FROM slipway.epochs) AS place
     CROSS JOIN LATERAL (
       SELECT detail -> 'plan' AS plan FROM slipway.ledger
       WHERE target = place.target AND endpoint = place.endpoint AND reason = 'RolloutStarted'
         AND detail -> 'plan' IS NOT NULL
       ORDER BY seq DESC LIMIT 1) AS latest
     WHERE latest.plan -> 'outcomes' IS NOT NULL`,
  );
  return rows.map(({ plan }) => plan);
}
