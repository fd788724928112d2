import type { Pool } from 'pg';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import type { LedgerPlace } from './ledger.ts';
import { query } from './query.ts';

/** The specification of the endpoint's last rollout, `null` where the ledger has none. @throws StoreUnreachable */
export async function lastSpec(pool: Pool, { target, endpoint }: LedgerPlace): Promise<RolloutSpec | null> {
  const rows = await query<{ spec: RolloutSpec }>(
    pool,
    `SELECT detail -> 'spec' AS spec FROM slipway.ledger
     WHERE target = $1 AND endpoint = $2 AND reason = 'RolloutStarted' AND detail ? 'spec' ORDER BY seq DESC LIMIT 1`,
    [target, endpoint],
  );
  return rows[0]?.spec ?? null;
}
