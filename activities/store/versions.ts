import type { Pool } from 'pg';
import type { PinnedVersion, Runtime } from '../../domain/model-version.ts';
import { query } from './query.ts';

/** A version that was deployed on an endpoint, and how it was run. */
export interface KnownVersion {
  readonly version: PinnedVersion;
  readonly runtime: Runtime;
}

export interface VersionPlace {
  readonly target: string;
  readonly endpoint: string;
}

/**
 * Notes what a version key stands for, so that a route read back can be deployed again; the latest runtime is kept.
 *
 * Throws when the key is already known with another digest. @throws StoreUnreachable
 */
export async function rememberVersion(
  pool: Pool,
  place: VersionPlace,
  { version, runtime }: KnownVersion,
): Promise<void> {
  const kept = await query(
    pool,
    `INSERT INTO slipway.versions AS known (target, endpoint, key, model, version, digest, source, run_id, runtime)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (target, endpoint, key) DO UPDATE
       SET model = excluded.model, source = excluded.source, run_id = excluded.run_id, runtime = excluded.runtime, seen_at = now()
       WHERE known.digest = excluded.digest
     RETURNING key`,
    [
      ...[place.target, place.endpoint, version.key, version.model, version.version, version.digest],
      ...[version.source, version.runId, JSON.stringify(runtime)],
    ],
  );
  if (kept.length === 0)
    throw new Error(`version key ${version.key} is known with another digest than ${version.digest}`);
}

/** What a version key stands for on an endpoint; `null` when Slipway never deployed it. @throws StoreUnreachable */
export async function recallVersion(pool: Pool, place: VersionPlace, key: string): Promise<KnownVersion | null> {
  const [row] = await query<StoredVersion>(
    pool,
    `SELECT key, model, version, digest, source, run_id, runtime FROM slipway.versions
     WHERE target = $1 AND endpoint = $2 AND key = $3`,
    [place.target, place.endpoint, key],
  );
  if (!row) return null;
  const { run_id: runId, runtime, ...rest } = row;
  return { version: { ...rest, runId }, runtime };
}

interface StoredVersion extends Omit<PinnedVersion, 'runId'> {
  readonly run_id: string | null;
  readonly runtime: Runtime;
}
