import type { Pool } from 'pg';
import { query } from '../store/query.ts';
import { safeInteger } from '../store/values.ts';

/** Deleting a busy day may take minutes: give these functions a pool with a `statementTimeoutMs` that allows for it. */
export interface EvidencePlace {
  readonly target: string;
  readonly endpoint: string;
}

/** Makes the daily partitions of today and the two days after; idempotent. @throws StoreUnreachable */
export async function ensurePartitions(pool: Pool): Promise<void> {
  await query(pool, 'SELECT slipway.ensure_partitions()');
}

/** Deletes an endpoint's predictions and labels older than so many days; returns the number of predictions. @throws StoreUnreachable */
export async function dropExpired(pool: Pool, { target, endpoint }: EvidencePlace, days: number): Promise<number> {
  return count(pool, 'SELECT slipway.drop_expired($1, $2, $3) AS count', [target, endpoint, days]);
}

/** Deletes one user's predictions, their shadows and labels; returns the number of predictions. @throws StoreUnreachable */
export async function forgetUser(pool: Pool, { target, endpoint }: EvidencePlace, user: string): Promise<number> {
  return count(pool, 'SELECT slipway.forget_user($1, $2, $3) AS count', [target, endpoint, user]);
}

async function count(pool: Pool, text: string, values: readonly unknown[]): Promise<number> {
  const [row] = await query<{ count: string }>(pool, text, values);
  return row ? safeInteger(row.count) : 0;
}
