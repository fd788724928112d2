import { isMlflowError, type MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';

/**
 * Points an alias at a version, or takes it away with `null`, and reads it back; safe to repeat.
 *
 * Nothing is written when it stands there already, so that a repetition sends no second webhook.
 */
export async function moveAlias(
  mlflow: MlflowClient,
  model: string,
  alias: string,
  version: string | null,
  signal?: AbortSignal,
): Promise<void> {
  const read = () => readAlias(mlflow, model, alias, signal);
  if ((await read()) === version) return;
  if (version === null) await mlflow.registeredModels.deleteAlias(model, alias, { signal });
  else await mlflow.registeredModels.setAlias(model, alias, version, { signal });
  const found = await read();
  if (found === version) return;
  throw new Error(
    `the alias @${alias} of ${model} reads ${shown(found)} right after it was set to ${shown(version)}: somebody else writes it too`,
  );
}

/** The version that an alias points at; `null` without one, or without the model. */
async function readAlias(
  mlflow: MlflowClient,
  model: string,
  alias: string,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    return (await mlflow.modelVersions.findByAlias(model, alias, { signal }))?.version ?? null;
  } catch (error) {
    if (isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) return null;
    throw error;
  }
}

function shown(version: string | null): string {
  return version === null ? 'nothing' : `version ${version}`;
}
