import { createHash, hash } from 'node:crypto';
import { artifactDigest, type FileHash } from '../../domain/digest.ts';
import { isMlflowError, type ArtifactFile, type MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { failure } from '../failures.ts';

export interface HashedFile extends FileHash {
  /** Bytes. */
  readonly size: number;
}

export interface VersionDigest {
  /** See `artifactDigest` in domain/digest.ts. */
  readonly digest: string;
  /** Ordered by path. */
  readonly files: readonly HashedFile[];
}

export interface DigestOptions {
  /** Called as bytes come in, with all bytes so far; a large model takes minutes and must be seen to move. */
  readonly onProgress?: (bytes: number) => void;
}

/** Files hashed at a time: enough to hide the registry's answer times, few enough to leave it to others. */
const CONCURRENCY = 4;

/**
 * The digest of everything in a version's artifact, streamed: memory does not grow with the model.
 *
 * @throws failure `VersionNotFound` when the version has no files
 */
export async function digestVersion(
  mlflow: MlflowClient,
  { model, version }: { readonly model: string; readonly version: string },
  signal?: AbortSignal,
  { onProgress }: DigestOptions = {},
): Promise<VersionDigest> {
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const remaining = mlflow.artifacts.files({ name: model, version }, '', { signal: stop });
  const files: HashedFile[] = [];
  let bytes = 0;
  const count = (length: number) => onProgress?.((bytes += length));
  const worker = async () => {
    for (let next = await remaining.next(); !next.done; next = await remaining.next()) {
      files.push(await hashFile(next.value, stop, count));
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  } catch (error) {
    failed.abort();
    if (!isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    throw failure('VersionNotFound', `the registry has no files of ${model} version ${version}: ${error.message}`, {
      cause: error,
    });
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { digest: artifactDigest(files, (text) => hash('sha256', text, 'hex')), files };
}

async function hashFile(file: ArtifactFile, signal: AbortSignal, count: (bytes: number) => void): Promise<HashedFile> {
  const sha256 = createHash('sha256');
  let size = 0;
  for await (const chunk of file.stream({ signal })) {
    sha256.update(chunk);
    size += chunk.byteLength;
    count(chunk.byteLength);
  }
  return { path: file.path, size, sha256: sha256.digest('hex') };
}
