import type { Pool } from 'pg';

/** A live prediction of `digits`, as capture logs it, with its label where there is one. */
export interface LoggedRow {
  readonly id: string;
  /** How long ago, in hours. */
  readonly hours: number;
  readonly input: unknown;
  readonly label?: unknown;
  readonly endpoint?: string;
  readonly role?: 'live' | 'shadow';
}

export const NOW = Date.now();

export function hoursAgo(hours: number): string {
  return new Date(NOW - hours * 3_600_000).toISOString();
}

export async function logRows(pool: Pool, rows: readonly LoggedRow[]): Promise<void> {
  for (const { id, hours, input, label, endpoint = 'digits', role = 'live' } of rows) {
    await pool.query(
      `INSERT INTO slipway.predictions
         (ts, target, endpoint, request_id, row, version, arm, role, epoch, sequence, status, latency_ms, input, prediction)
       VALUES ($1, 'local', $2, $3, 0, 'v1-aaaaaaaaaaaa', 'v1-aaaaaaaaaaaa', $4, 1, 1, 200, 4, $5, '7')`,
      [hoursAgo(hours), endpoint, id, role, input === null ? null : JSON.stringify(input)],
    );
    if (label === undefined) continue;
    await pool.query('SELECT slipway.add_outcomes($1, $2, $3, $4, $5, $6)', [
      ...['local', [endpoint], [id], [0], [JSON.stringify(label)], [null]],
    ]);
  }
}
