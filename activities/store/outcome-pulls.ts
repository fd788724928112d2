import type { Pool } from 'pg';
import type { Pulled } from '../../domain/outcome-pull.ts';
import type { Place } from '../doctor/ports.ts';
import { query } from './query.ts';

/** Whose pulls, and of which query: another one begins anew. */
export interface PullKey extends Place {
  readonly queryHash: string;
}

/** The form in which moments go to and fro: to the microsecond, in UTC. */
export const MOMENT = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/**
 * The moment (ISO 8601) behind which the next pull reads: where the last one left off, else `overlapMs` before the latest truth
 * that was read, and at first the day of the oldest prediction in the log, since no earlier truth has one.
 *
 * @throws StoreUnreachable
 */
export async function pullsFrom(
  pool: Pool,
  { target, endpoint, queryHash }: PullKey,
  overlapMs: number,
): Promise<string> {
  const [row] = await query<{ since: string }>(
    pool,
    `SELECT to_char(coalesce(
       (SELECT coalesce(resume, mark - $4 * interval '1 millisecond') FROM slipway.outcome_pulls
        WHERE target = $1 AND endpoint = $2 AND query = $3),
       (SELECT date_trunc('day', min(ts), 'UTC') FROM slipway.predictions WHERE target = $1 AND endpoint = $2)
         - $4 * interval '1 millisecond',
       now()) AT TIME ZONE 'UTC', ${MOMENT}) AS since`,
    [target, endpoint, queryHash, overlapMs],
  );
  return row?.since ?? '';
}

/**
 * Notes a pull that was successful.
 *
 * @param last the latest truth of it (ISO 8601), `null` for none
 * @throws StoreUnreachable
 */
export async function notePull(
  pool: Pool,
  { target, endpoint, queryHash }: PullKey,
  { pulled, since, last }: { readonly pulled: Pulled; readonly since: string; readonly last: string | null },
): Promise<void> {
  await query(
    pool,
    // A truth that is dated tomorrow must not hide what comes until then. Where all that came is of the moment which the pull
    // began with, that moment is done: its rows come together, however many.
    `INSERT INTO slipway.outcome_pulls AS known (target, endpoint, query, mark, resume, pulled_at, brought)
     VALUES ($1, $2, $3, CASE WHEN $4::timestamptz IS NOT NULL THEN least($4::timestamptz, now()) END,
       $5::timestamptz + $7 * interval '1 microsecond', now(), $6)
     ON CONFLICT (target, endpoint) DO UPDATE SET
       mark = CASE WHEN known.query = excluded.query THEN greatest(known.mark, excluded.mark)
         WHEN $4::timestamptz IS NULL THEN NULL ELSE excluded.mark END,
       query = excluded.query, resume = excluded.resume, pulled_at = now(), brought = excluded.brought,
       failures = 0, failed_at = NULL, error = NULL`,
    [target, endpoint, queryHash, last, pulled.more ? last : null, JSON.stringify(pulled), last === since ? 1 : 0],
  );
}

/** Notes a pull that failed; what is known of earlier ones stands. @throws StoreUnreachable */
export async function noteFailedPull(
  pool: Pool,
  { target, endpoint, queryHash }: PullKey,
  error: string,
): Promise<void> {
  await query(
    pool,
    `INSERT INTO slipway.outcome_pulls AS known (target, endpoint, query, failures, failed_at, error)
     VALUES ($1, $2, $3, 1, now(), $4)
     ON CONFLICT (target, endpoint) DO UPDATE SET failures = known.failures + 1, failed_at = now(), error = excluded.error`,
    [target, endpoint, queryHash, error],
  );
}
