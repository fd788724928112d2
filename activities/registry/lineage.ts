import type { Lineage } from '../../domain/model-version.ts';
import { isMlflowError, type MlflowClient, type Run } from '../../packages/mlflow-client-ts/src/index.ts';

/** Of a run that tells nothing. */
export const UNKNOWN_LINEAGE: Omit<Lineage, 'runId'> = {
  runName: null,
  gitCommit: null,
  user: null,
  datasets: [],
  metrics: {},
};

/** Where a version came from, as far as its run tells; a run that was deleted for good tells nothing. */
export async function readLineage(mlflow: MlflowClient, runId: string | null, signal?: AbortSignal): Promise<Lineage> {
  if (runId === null) return { runId, ...UNKNOWN_LINEAGE };
  try {
    return fromRun(await mlflow.runs.get(runId, { signal }));
  } catch (error) {
    if (isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) return { runId, ...UNKNOWN_LINEAGE };
    throw error;
  }
}

function fromRun({ runId, runName, tags, userId, datasets, metrics }: Run): Lineage {
  const finite = Object.values(metrics).filter(({ value }) => Number.isFinite(value));
  return {
    runId,
    runName: runName ?? null,
    gitCommit: tags['mlflow.source.git.commit'] ?? null,
    user: userId ?? tags['mlflow.user'] ?? null,
    datasets: datasets.map(({ name, digest, tags: inputTags }) => ({
      name,
      digest,
      context: inputTags['mlflow.data.context'] ?? null,
    })),
    metrics: Object.fromEntries(finite.map(({ key, value }) => [key, value])),
  };
}
