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
