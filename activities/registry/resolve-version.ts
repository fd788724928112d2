import { isMlflowError, type MlflowClient, type ModelVersion } from '../../packages/mlflow-client-ts/src/index.ts';
import { failure } from '../failures.ts';

/** A version as the registry names it, before its content is pinned. */
export interface ResolvedVersion {
  readonly model: string;
  /** The registry's number, as a string. */
  readonly version: string;
  /** `null` when the registry does not know a run. */
  readonly runId: string | null;
  /** `models:/name/7`. */
  readonly source: string;
}

/**
 * The version behind a number or an alias written `@challenger`.
 *
 * @throws failure `VersionNotFound` for an unknown model, number or alias, and for a version whose upload failed
 * @throws failure `NotReady` while the version is still being registered
 */
export async function resolveVersion(
  mlflow: MlflowClient,
  model: string,
  versionOrAlias: string,
  signal?: AbortSignal,
): Promise<ResolvedVersion> {
  const found = versionOrAlias.startsWith('@')
    ? await byAlias(mlflow, model, versionOrAlias.slice(1), signal)
    : await byNumber(mlflow, model, versionOrAlias, signal);
  checkReady(found);
  return { model, version: found.version, runId: found.runId ?? null, source: `models:/${model}/${found.version}` };
}

async function byAlias(
  mlflow: MlflowClient,
  model: string,
  alias: string,
  signal?: AbortSignal,
): Promise<ModelVersion> {
  const found = await mlflow.modelVersions.findByAlias(model, alias, { signal }).catch((error: unknown) => {
    throw isMissing(error) ? unknownModel(model) : error;
  });
  if (found) return found;
  const { aliases } = await mlflow.registeredModels.get(model, { signal });
  const known = Object.entries(aliases).map(([name, version]) => `@${name} (version ${version})`);
  throw failure(
    'VersionNotFound',
    `${model} has no alias @${alias}; ${known.length > 0 ? `it has ${known.join(', ')}` : 'no alias is set on it'}`,
  );
}

async function byNumber(
  mlflow: MlflowClient,
  model: string,
  version: string,
  signal?: AbortSignal,
): Promise<ModelVersion> {
  if (!/^[1-9][0-9]*$/.test(version)) {
    throw failure('VersionNotFound', `"${version}" is neither a version number nor an alias; aliases begin with @`);
  }
  try {
    return await mlflow.modelVersions.get({ name: model, version }, { signal });
  } catch (error) {
    if (!isMissing(error)) throw error;
    const newest = await newestVersion(mlflow, model, signal);
    throw failure('VersionNotFound', `${model} has no version ${version}; ${newest}`, { cause: error });
  }
}

async function newestVersion(mlflow: MlflowClient, model: string, signal?: AbortSignal): Promise<string> {
  const { latestVersions } = await mlflow.registeredModels.get(model, { signal }).catch((error: unknown) => {
    throw isMissing(error) ? unknownModel(model) : error;
  });
  const newest = Math.max(0, ...latestVersions.map(({ version }) => Number(version)));
  return newest > 0 ? `its newest is ${newest}` : 'it has none yet';
}

function checkReady({ name, version, status, statusMessage }: ModelVersion): void {
  if (status === 'READY') return;
  const why = statusMessage ? `: ${statusMessage}` : '';
  if (status === 'PENDING_REGISTRATION')
    throw failure('NotReady', `${name} version ${version} is still being registered${why}`);
  throw failure('VersionNotFound', `the registration of ${name} version ${version} failed${why}`);
}

function unknownModel(model: string): Error {
  return failure(
    'VersionNotFound',
    `the registry has no model ${model}; MLFLOW_TRACKING_URI names the registry that was asked`,
  );
}

function isMissing(error: unknown): boolean {
  return isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST');
}
