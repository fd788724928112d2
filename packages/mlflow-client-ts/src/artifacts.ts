import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { locate, type ArtifactSource } from './artifact-location.ts';
import { artifactPath } from './artifact-path.ts';
import type { ArtifactEntry, ArtifactStore } from './artifact-store.ts';
import { walk, type ArtifactFile } from './artifact-tree.ts';
import type { CallOptions } from './call.ts';
import { download } from './download.ts';
import { MlflowError } from './errors.ts';
import type { Http } from './http.ts';
import { uploadBody, type Uploadable } from './upload-body.ts';

/** Files of runs, logged models and model versions. */
export class Artifacts {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** One directory, in the order of names; empty for a directory that does not exist, as MLflow answers. */
  async list(source: ArtifactSource, directory = '', options?: CallOptions): Promise<ArtifactEntry[]> {
    const store = await locate(this.#http, source, options);
    const entries = await store.list(artifactPath(directory), options);
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** All files below a directory, ordered by path (UTF-16 code units); RESOURCE_DOES_NOT_EXIST where there is none. */
  async *files(
    source: ArtifactSource,
    directory = '',
    options?: CallOptions,
  ): AsyncGenerator<ArtifactFile, void, undefined> {
    const store = await locate(this.#http, source, options);
    let empty = true;
    for await (const file of walk(this.#http, store, artifactPath(directory), options)) {
      empty = false;
      yield file;
    }
    // MLflow lists a path that does not exist as an empty directory; a digest over no files would pass for a model.
    if (empty) throw noFiles(store, directory);
  }

  /** The bytes of one file as a stream; errors come out of the stream. */
  async stream(source: ArtifactSource, path: string, options?: CallOptions): Promise<ReadableStream<Uint8Array>> {
    const store = await locate(this.#http, source, options);
    return download(this.#http, store.download(filePath(path)), options);
  }

  /** The bytes of one file in memory; RESOURCE_DOES_NOT_EXIST without it. */
  async bytes(source: ArtifactSource, path: string, options?: CallOptions): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const chunk of await this.stream(source, path, options)) parts.push(chunk);
    return Buffer.concat(parts);
  }

  /** One file as UTF-8 text. */
  async text(source: ArtifactSource, path: string, options?: CallOptions): Promise<string> {
    return new TextDecoder().decode(await this.bytes(source, path, options));
  }

  /** Writes one file to `target`, which appears only once it is complete. */
  async download(source: ArtifactSource, path: string, target: string, options?: CallOptions): Promise<void> {
    await save(await this.stream(source, path, options), target);
  }

  /** Writes all files below a directory into the local directory `target`, and returns their paths. */
  async downloadAll(
    source: ArtifactSource,
    directory: string,
    target: string,
    options?: CallOptions,
  ): Promise<string[]> {
    const paths: string[] = [];
    for await (const file of this.files(source, directory, options)) {
      await save(file.stream(options), join(target, ...file.path.split('/')));
      paths.push(file.path);
    }
    return paths;
  }

  /** Writes a file, over the one there may be; a stream is sent only once, all else is repeated after a lost connection. */
  async upload(source: ArtifactSource, path: string, content: Uploadable, options?: CallOptions): Promise<void> {
    const store = await locate(this.#http, source, options);
    const headers = { 'content-type': 'application/octet-stream' };
    await this.#http.message({ ...store.upload(filePath(path)), body: uploadBody(content), headers }, options);
  }

  /** Removes a file, or a directory with all in it. */
  async delete(source: ArtifactSource, path: string, options?: CallOptions): Promise<void> {
    const store = await locate(this.#http, source, options);
    await this.#http.message(store.remove(filePath(path)), options);
  }
}

async function save(bytes: ReadableStream<Uint8Array>, target: string): Promise<void> {
  const part = `${target}.${randomUUID()}.part`;
  await mkdir(dirname(target), { recursive: true });
  try {
    await writeFile(part, bytes, { flag: 'wx' });
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function filePath(path: string): string {
  const checked = artifactPath(path);
  if (checked !== '') return checked;
  throw new MlflowError('The path of an artifact is empty; it names a file below the root.', {
    errorCode: 'INVALID_ARGUMENT',
  });
}

function noFiles(store: ArtifactStore, directory: string): MlflowError {
  const where = directory === '' ? store.uri : `${store.uri}, directory '${directory}'`;
  return new MlflowError(`MLflow has no files at ${where}.`, { errorCode: 'RESOURCE_DOES_NOT_EXIST' });
}
