import type { ArtifactEntry, ArtifactStore } from './artifact-store.ts';
import type { CallOptions } from './call.ts';
import { download } from './download.ts';
import { unsupported } from './errors.ts';
import type { Http } from './http.ts';

export interface ArtifactFile {
  /** Relative to the root of the source, with '/' between its parts. */
  readonly path: string;
  /** Bytes; undefined for an empty file (MLflow leaves a size of 0 out) and where the store cannot tell. */
  readonly size: number | undefined;
  /** The file's bytes; nothing is asked for before the first read, errors come out of the stream. */
  stream(options?: CallOptions): ReadableStream<Uint8Array>;
}

/** Deeper than any model; a server that lists a directory inside itself would be walked for ever. */
const MAX_DEPTH = 64;

/** All files below a directory, in the order of their paths by UTF-16 code units. */
export async function* walk(
  http: Http,
  store: ArtifactStore,
  directory: string,
  options?: CallOptions,
): AsyncGenerator<ArtifactFile, void, undefined> {
  if (directory.split('/').length > MAX_DEPTH)
    throw unsupported(`The artifact ${store.uri} has more than ${MAX_DEPTH} directories inside each other.`);
  const entries = await store.list(directory, options);
  for (const entry of entries.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))) {
    if (entry.isDirectory) yield* walk(http, store, entry.path, options);
    else yield fileOf(http, store, entry, options);
  }
}

// With its slash a directory sorts where the paths of its files sort: 'a.txt' before 'a/b', since '.' is below '/'.
function sortKey(entry: ArtifactEntry): string {
  return entry.isDirectory ? `${entry.path}/` : entry.path;
}

function fileOf(http: Http, store: ArtifactStore, entry: ArtifactEntry, walkOptions?: CallOptions): ArtifactFile {
  return {
    path: entry.path,
    size: entry.size,
    stream: (options = walkOptions) => download(http, store.download(entry.path), options),
  };
}
