import { isMlflowError, type MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';

/** The version's run and the rollout that writes to it. */
export interface ReportPlace {
  readonly runId: string | null;
  readonly rolloutId: string;
}

/**
 * Writes a file of a rollout among the artifacts of the version's run, over the one there may be.
 *
 * @returns where it lies, `runs:/<run>/slipway/<rollout>/<name>`; `null` when the version has no run to write to
 */
export async function attach(
  mlflow: MlflowClient,
  { runId, rolloutId }: ReportPlace,
  name: string,
  content: string,
  signal?: AbortSignal,
): Promise<string | null> {
  if (runId === null) return null;
  const path = `slipway/${rolloutId}/${name}`;
  return upload(mlflow, { runId, path }, content, signal);
}

/** Writes an artifact of a run, over the one there may be; returns where it lies, `null` when the run is gone. */
export async function upload(
  mlflow: MlflowClient,
  { runId, path }: { readonly runId: string; readonly path: string },
  content: string,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    await mlflow.artifacts.upload({ runId }, path, content, { signal });
  } catch (error) {
    // The run was deleted since: a report has no other place, and no retry brings it back.
    if (isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) return null;
    throw error;
  }
  return `runs:/${runId}/${path}`;
}

/** JSON as people read it, with a line's end. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
