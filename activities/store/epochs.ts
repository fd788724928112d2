import type { Pool } from 'pg';
import { inTransaction, lock, query } from './query.ts';
import { safeInteger } from './values.ts';

export interface EpochRequest {
  readonly target: string;
  readonly endpoint: string;
  /** Names the rollout before it has an epoch: asking again with the same key gives the same epoch. */
  readonly rolloutKey: string;
  /** The epoch that the target itself holds: a database newer than its targets must not begin again below them. */
  readonly floor: number;
}

/** Gives a rollout its epoch, higher than every one before and than the floor; idempotent. @throws StoreUnreachable */
export async function allocateEpoch(pool: Pool, request: EpochRequest): Promise<number> {
  const { target, endpoint, rolloutKey, floor } = request;
  return inTransaction(pool, async (client) => {
    await lock(client, 'slipway.epochs', target, endpoint);
    const rows = await query<{ epoch: string }>(
      client,
      `WITH given AS (SELECT epoch FROM slipway.epochs WHERE target = $1 AND endpoint = $2 AND rollout_key = $3),
       made AS (
         INSERT INTO slipway.epochs (target, endpoint, epoch, rollout_key)
         SELECT $1, $2, 1 + greatest($4::bigint, (SELECT max(epoch) FROM slipway.epochs WHERE target = $1 AND endpoint = $2)), $3
         WHERE NOT EXISTS (SELECT FROM given)
         RETURNING epoch)
       SELECT epoch FROM given UNION ALL SELECT epoch FROM made`,
      [target, endpoint, rolloutKey, floor],
    );
    if (!rows[0]) throw new Error('PostgreSQL gave no epoch');
    return safeInteger(rows[0].epoch);
  });
}
