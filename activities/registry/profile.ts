import { hash } from 'node:crypto';
import { canonicalJson } from '../../domain/gate-batch.ts';
import type { Profile } from '../../domain/profile.ts';
import { isMlflowError, type MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { failure } from '../failures.ts';
import { prettyJson, upload } from './attach.ts';

/** Where the profile of a version lies among the artifacts of its run. */
export const PROFILE_PATH = 'slipway/profile.json';

/** `sha256:` over the profile's canonical JSON: what the ledger and every batch counted by it name it by. */
export function profileDigest(profile: Profile): string {
  return `sha256:${hash('sha256', canonicalJson(profile), 'hex')}`;
}

/** Keeps a version's profile on its run, over an earlier one; a version without a run has nowhere to keep it. */
export async function attachProfile(
  mlflow: MlflowClient,
  runId: string | null,
  profile: Profile,
  signal?: AbortSignal,
): Promise<void> {
  if (runId !== null) await upload(mlflow, { runId, path: PROFILE_PATH }, prettyJson(profile), signal);
}

/**
 * The profile of a version; `null` where it has none.
 *
 * @throws failure `InvalidData` where what lies there is none that this release can read
 */
export async function readProfile(
  mlflow: MlflowClient,
  runId: string | null,
  signal?: AbortSignal,
): Promise<Profile | null> {
  if (runId === null) return null;
  const text = await mlflow.artifacts.text({ runId }, PROFILE_PATH, { signal }).catch((error: unknown) => {
    if (isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) return null;
    throw error;
  });
  if (text === null) return null;
  const profile = JSON.parse(text) as Profile;
  if (profile.format === 1) return profile;
  throw failure('InvalidData', `runs:/${runId}/${PROFILE_PATH} is of another release; validate the version again`);
}
