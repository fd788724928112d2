import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isMlflowError, type MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { failure } from '../failures.ts';

export interface DataFile {
  readonly path: string;
  /** `sha256:<hex>` of its content, so that an auditor knows which data decided. */
  readonly sha256: string;
  /** Removes what was downloaded. */
  dispose(): Promise<void>;
}

/**
 * A data set's file on this machine: a path on the worker, or `runs:/<run>/<path>`, which is downloaded.
 *
 * @throws failure `InvalidData` when there is no such file
 */
export async function fetchDataFile(mlflow: MlflowClient, source: string, signal?: AbortSignal): Promise<DataFile> {
  const artifact = /^runs:\/+([^/]+)\/(.+)$/.exec(source);
  if (artifact?.[1] && artifact[2]) return downloaded(mlflow, source, artifact[1], artifact[2], signal);
  if (/^[a-z][a-z0-9+.-]+:\//i.test(source)) {
    throw failure('InvalidData', `${source}: a data set is a path on the worker, or runs:/<run>/<path>`);
  }
  const found = await stat(source).catch(() => null);
  if (!found?.isFile()) throw failure('InvalidData', `${source}: the worker has no such file`);
  return { path: source, sha256: await sha256Of(source, signal), dispose: async () => {} };
}

async function downloaded(
  mlflow: MlflowClient,
  source: string,
  runId: string,
  path: string,
  signal?: AbortSignal,
): Promise<DataFile> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-data-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    const file = join(folder, basename(path));
    await mlflow.artifacts.download({ runId }, path, file, { signal });
    return { path: file, sha256: await sha256Of(file, signal), dispose };
  } catch (error) {
    await dispose();
    if (!isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    throw failure('InvalidData', `${source}: the registry has no such artifact`, { cause: error });
  }
}

async function sha256Of(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
  return `sha256:${hash.digest('hex')}`;
}
