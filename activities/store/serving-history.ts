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

/** The key under which a registry number served an endpoint last, by the ledger; `null` when it never did. @throws StoreUnreachable */
export async function servedAs(pool: Pool, place: VersionPlace, version: string): Promise<string | null> {
  const rows = await query<{ key: string }>(
    pool,
    `SELECT known.key FROM slipway.versions AS known
     JOIN slipway.ledger AS entry ON entry.target = known.target AND entry.endpoint = known.endpoint
       AND entry.stage = 'done' AND entry.detail ->> 'serving' = known.key
     WHERE known.target = $1 AND known.endpoint = $2 AND known.version = $3
     ORDER BY entry.seq DESC LIMIT 1`,
    [place.target, place.endpoint, version],
  );
  return rows[0]?.key ?? null;
}
