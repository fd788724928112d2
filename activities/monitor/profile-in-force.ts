import type { GateBatch } from '../../domain/gate-batch.ts';
import type { NamedProfile } from '../../domain/profile.ts';
import type { Deps } from '../deps.ts';
import type { Place } from '../doctor/ports.ts';
import { profileDigest, readProfile } from '../registry/profile.ts';
import { recallVersion } from '../store/versions.ts';

/**
 * The profile by which a version's batches were counted, from its run.
 *
 * `null` where they were counted by none, or the run has another one by now; and while the registry does not answer, since
 * errors and latency have to be judged all the same.
 *
 * @throws StoreUnreachable
 */
export async function profileInForce(
  { pool, mlflow }: Pick<Deps, 'pool' | 'mlflow'>,
  place: Place,
  version: string,
  batches: readonly GateBatch[],
): Promise<NamedProfile | null> {
  const digests = new Set(batches.flatMap(({ profile }) => profile ?? []));
  if (digests.size === 0) return null;
  const known = await recallVersion(pool, place, version);
  const profile = await readProfile(mlflow, known?.version.runId ?? null).catch(() => null);
  if (profile === null) return null;
  const digest = profileDigest(profile);
  return digests.has(digest) ? { digest, profile } : null;
}
