import { versionKey } from '../../../domain/ids.ts';
import type { PinnedVersion } from '../../../domain/model-version.ts';

function pinned(version: string, digest: string): PinnedVersion {
  const key = versionKey(version, digest);
  return { model: 'digits', version, digest, key, source: `models:/digits/${version}`, runId: null };
}

/** What serves at first, and what is rolled out, on every endpoint of the campaign. */
export const STABLE = pinned('1', `sha256:${'1'.repeat(64)}`);
export const CANDIDATE = pinned('2', `sha256:${'2'.repeat(64)}`);
