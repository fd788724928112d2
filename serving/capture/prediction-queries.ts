import type { Pool } from 'pg';
import type { PredictionRow } from './record.ts';
import { insertTestUsers } from './rewards/test-users.ts';

const INSERT = `
  insert into slipway.predictions (target, ts, endpoint, request_id, row, version, arm, role, epoch, sequence, user_id,
    status, latency_ms, input, prediction)
  select $1, * from unnest($2::timestamptz[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[],
    $9::bigint[], $10::bigint[], $11::text[], $12::int[], $13::real[], $14::jsonb[], $15::jsonb[])
  on conflict do nothing`;

/** Stores the rows and returns how many PostgreSQL refuses for what is in them; rejects when it is away. */
export async function insertPredictions(pool: Pool, target: string, rows: readonly PredictionRow[]): Promise<number> {
  if (rows.length === 0) return 0;
  try {
    await pool.query(INSERT, [target, ...columnsOf(rows)]);
    await insertTestUsers(pool, target, rows);
    return 0;
  } catch (error) {
    if (!isDataFault(error)) throw error;
    if (rows.length === 1) return 1;
    // One bad row must not cost the others, nor be sent again for ever.
    const middle = Math.ceil(rows.length / 2);
    const first = await insertPredictions(pool, target, rows.slice(0, middle));
    return first + (await insertPredictions(pool, target, rows.slice(middle)));
  }
}

function columnsOf(rows: readonly PredictionRow[]): unknown[] {
  const column = <T>(read: (row: PredictionRow) => T) => rows.map(read);
  return [
    column((row) => new Date(row.ts).toISOString()),
    column((row) => row.endpoint),
    column((row) => row.requestId),
    column((row) => row.row),
    column((row) => row.version),
    column((row) => row.arm),
    column((row) => row.role),
    column((row) => row.epoch),
    column((row) => row.sequence),
    column((row) => row.userId),
    column((row) => row.status),
    column((row) => row.latencyMs),
    column((row) => row.input),
    column((row) => row.prediction),
  ];
}

/** Classes 22 (data exception), 23 (integrity) and 54 (program limit): the same row will never be taken. */
export function isDataFault(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(22|23|54)...$/.test(code);
}
