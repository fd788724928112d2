import type { Pool } from 'pg';
import type { PinnedVersion } from '../../domain/model-version.ts';
import { query } from './query.ts';
import { recallVersion, type VersionPlace } from './versions.ts';

/** The version that served an endpoint before `current`, by the ledger; `null` when none did. @throws StoreUnreachable */
export async function previousVersion(
  pool: Pool,
  place: VersionPlace,
  current: string | null,
): Promise<PinnedVersion | null> {
  const rows = await query<{ serving: string }>(
    pool,
    `SELECT detail ->> 'serving' AS serving FROM slipway.ledger
     WHERE target = $1 AND endpoint = $2 AND stage = 'done' AND detail ->> 'serving' IS NOT NULL AND detail ->> 'serving' <> $3
     ORDER BY seq DESC LIMIT 1`,
    [place.target, place.endpoint, current ?? ''],
  );
  const key = rows[0]?.serving;
  return key ? ((await recallVersion(pool, place, key))?.version ?? null) : null;
}
