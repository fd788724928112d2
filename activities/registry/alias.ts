import { isMlflowError, type MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { failure } from '../failures.ts';

export interface AliasOptions {
  /** Asked before and after the write; rejects when somebody else has the right to it by now. */
  readonly mayWrite?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Points an alias at a version, or takes it away with `null`, and reads it back; safe to repeat.
 *
 * Nothing is written when it stands there already, so that a repetition sends no second webhook. A write that turns out to
 * have come too late is taken back. @throws `VersionNotFound` failure when the registry has no such version any more
 */
export async function moveAlias(
  mlflow: MlflowClient,
  model: string,
  alias: string,
  version: string | null,
  { mayWrite = () => Promise.resolve(), signal }: AliasOptions = {},
): Promise<void> {
  const read = () => readAlias(mlflow, model, alias, signal);
  const write = (to: string | null) => writeAlias(mlflow, model, alias, to, signal);
  const before = await read();
  if (before === version) return;
  await mayWrite();
  await write(version);
  try {
    await mayWrite();
  } catch (error) {
    if ((await read()) === version) await write(before);
    throw error;
  }
  const found = await read();
  if (found === version) return;
  throw new Error(
    `the alias @${alias} of ${model} reads ${shown(found)} right after it was set to ${shown(version)}: somebody else writes it too`,
  );
}

async function writeAlias(
  mlflow: MlflowClient,
  model: string,
  alias: string,
  version: string | null,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (version === null) return mlflow.registeredModels.deleteAlias(model, alias, { signal });
  try {
    await mlflow.registeredModels.setAlias(model, alias, version, { signal });
  } catch (error) {
    if (!isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    const message = `the registry has no version ${version} of ${model} any more, so @${alias} cannot point at it`;
    throw failure('VersionNotFound', message, { cause: error });
  }
}

/** The version that an alias points at; `null` without one, or without the model. */
async function readAlias(
  mlflow: MlflowClient,
  model: string,
  alias: string,
  signal: AbortSignal | undefined,
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
