import type { Pool } from 'pg';
import { compareFences } from '../../../domain/fence.ts';
import type { CapturedEndpoint } from '../counting.ts';
import type { Observation } from '../observation.ts';
import type { PredictionRow } from '../record.ts';

/** The rows of a request, told to be of a user in a test where they are: one whose arm its bucket says. */
export function testedRows(
  { route, fence, settings }: Pick<CapturedEndpoint, 'route' | 'fence' | 'settings'>,
  { role, user, fence: own }: Observation,
  rows: readonly PredictionRow[],
): readonly PredictionRow[] {
  const { rewardWindowMs } = settings.capture;
  const isTested = role === 'live' && user !== null && route.buckets !== undefined && compareFences(own, fence) === 0;
  return isTested && rewardWindowMs !== undefined ? rows.map((row) => ({ ...row, rewardWindowMs })) : rows;
}

const INSERT = `
  insert into slipway.test_users (target, endpoint, epoch, user_id, arm, first_at, due_at)
  select $1, * from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
  on conflict do nothing`;

/** Notes the users whom a test has not seen yet, with their arm. Later requests change nothing. */
export async function insertTestUsers(pool: Pool, target: string, rows: readonly PredictionRow[]): Promise<void> {
  const tested = rows
    .filter(({ rewardWindowMs, row }) => rewardWindowMs !== undefined && row === 0)
    .toSorted((a, b) => a.ts - b.ts);
  if (tested.length === 0) return;
  const column = <T>(read: (row: PredictionRow) => T) => tested.map(read);
  await pool.query(INSERT, [
    target,
    column((row) => row.endpoint),
    column((row) => row.epoch),
    column((row) => row.userId),
    column((row) => row.arm),
    column((row) => new Date(row.ts).toISOString()),
    column((row) => new Date(row.ts + (row.rewardWindowMs ?? 0)).toISOString()),
  ]);
}
