import { RETRAIN_TAG } from '../../domain/retrain.ts';
import { isMlflowError, type MlflowClient, type ModelVersion } from '../../packages/mlflow-client-ts/src/index.ts';
import { failure } from '../failures.ts';

/** The model's newest version, 0 where it has none or is not known yet. */
export async function newestVersion(mlflow: MlflowClient, model: string): Promise<number> {
  const versions = await versionsAfter(mlflow, model, 0);
  return Math.max(0, ...versions.map(({ version }) => Number(version)));
}

/**
 * The version that a retraining's job registered, `null` while there is none: the newest one whose run bears its mark, else the
 * newest one since it began whose run bears nobody's, as a job in CI or of another language may leave it.
 *
 * @throws failure `NotReady` while it is still being registered
 */
export async function findTrained(
  mlflow: MlflowClient,
  { model, retrainId, newest }: { readonly model: string; readonly retrainId: string; readonly newest: number },
): Promise<string | null> {
  let unclaimed: ModelVersion | null = null;
  for (const version of await versionsAfter(mlflow, model, newest)) {
    const mark = await markOf(mlflow, version);
    if (mark === retrainId) return ready(version);
    if (mark === undefined) unclaimed ??= version;
  }
  return unclaimed && ready(unclaimed);
}

function ready({ name, version, status }: ModelVersion): string {
  if (status === 'PENDING_REGISTRATION')
    throw failure('NotReady', `${name} version ${version} is still being registered`);
  return version;
}

/** Newest first, without those whose upload failed. */
async function versionsAfter(mlflow: MlflowClient, model: string, after: number): Promise<ModelVersion[]> {
  const versions: ModelVersion[] = [];
  const filter = `name = '${model.replaceAll("'", "''")}'`;
  for await (const version of mlflow.modelVersions.search({ filter })) {
    if (Number(version.version) > after && version.status !== 'FAILED_REGISTRATION') versions.push(version);
  }
  return versions.sort((one, other) => Number(other.version) - Number(one.version));
}

async function markOf(mlflow: MlflowClient, { runId, tags }: ModelVersion): Promise<string | undefined> {
  const own = tags[RETRAIN_TAG];
  if (own !== undefined || !runId) return own;
  try {
    return (await mlflow.runs.get(runId)).tags[RETRAIN_TAG];
  } catch (error) {
    if (isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) return undefined; // the run was deleted for good
    throw error;
  }
}
