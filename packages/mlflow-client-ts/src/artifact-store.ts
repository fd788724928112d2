import { artifactPath, encodePath, joinPath } from './artifact-path.ts';
import { API, type Call, type CallOptions } from './call.ts';
import { unsupported } from './errors.ts';
import type { Http } from './http.ts';
import type { Message } from './message.ts';

export interface ArtifactEntry {
  /** Relative to the store's root. */
  readonly path: string;
  readonly isDirectory: boolean;
  /** Bytes; undefined for a directory, for an empty file (MLflow leaves a size of 0 out) and where the store cannot tell. */
  readonly size: number | undefined;
}

/** The files below one root, however MLflow gives access to them. */
export interface ArtifactStore {
  /** The root, for error texts. */
  readonly uri: string;
  /** One directory; empty for a directory that does not exist, as MLflow answers. */
  list(directory: string, options?: CallOptions): Promise<ArtifactEntry[]>;
  download(path: string): Call;
  upload(path: string): Call;
  remove(path: string): Call;
}

const ROUTE = '/api/2.0/mlflow-artifacts/artifacts';

/** Files behind MLflow's artifact proxy, `mlflow-artifacts:/…`; `base` is the server, where it is another one. */
export function proxiedStore(http: Http, root: string, base?: string): ArtifactStore {
  const where = base === undefined ? {} : { base };
  const file = (path: string): string => `${ROUTE}/${encodePath(joinPath(root, path))}`;
  return {
    uri: `mlflow-artifacts:/${root}`,
    async list(directory, options) {
      const query = { path: joinPath(root, directory) };
      return entries(
        directory,
        await http.message({ method: 'GET', path: ROUTE, query, repeat: 'safe', ...where }, options),
      );
    },
    download: (path) => ({ method: 'GET', path: file(path), repeat: 'safe', ...where }),
    upload: (path) => ({ method: 'PUT', path: file(path), repeat: 'safe', ...where }),
    remove: (path) => ({ method: 'DELETE', path: file(path), repeat: 'removal', ...where }),
  };
}

/** Files of a run whose store only the server can reach: read and written through the tracking server's own routes. */
export function runStore(http: Http, runId: string, root: string, uri: string): ArtifactStore {
  return {
    uri,
    async list(directory, options) {
      const query = { run_id: runId, path: joinPath(root, directory) || undefined };
      const call = { method: 'GET', path: `${API}/artifacts/list`, query, repeat: 'safe' } as const;
      return entries(directory, await http.message(call, options));
    },
    download(path) {
      const query = { run_uuid: runId, path: joinPath(root, path) };
      return { method: 'GET', path: '/get-artifact', query, repeat: 'safe' };
    },
    // The route of MLflow's own UI: at most 10 MB a file.
    upload(path) {
      const query = { run_uuid: runId, path: joinPath(root, path) };
      return { method: 'POST', path: '/ajax-api/2.0/mlflow/upload-artifact', query, repeat: 'safe' };
    },
    remove: () => refuse('remove', uri),
  };
}

/** Files of a logged model whose store only the server can reach. */
export function loggedModelStore(http: Http, modelId: string, root: string, uri: string): ArtifactStore {
  const model = `mlflow/logged-models/${encodeURIComponent(modelId)}/artifacts`;
  return {
    uri,
    async list(directory, options) {
      const query = { artifact_directory_path: joinPath(root, directory) || undefined };
      const call = { method: 'GET', path: `/api/2.0/${model}/directories`, query, repeat: 'safe' } as const;
      return entries(directory, await http.message(call, options));
    },
    download(path) {
      const query = { artifact_file_path: joinPath(root, path) };
      return { method: 'GET', path: `/ajax-api/2.0/${model}/files`, query, repeat: 'safe' };
    },
    upload: () => refuse('upload to', uri),
    remove: () => refuse('remove', uri),
  };
}

function refuse(what: string, uri: string): never {
  throw unsupported(
    `Cannot ${what} '${uri}': MLflow's server does not hand this store through. ` +
      "Start it with --artifacts-destination, so that its artifact URIs begin with 'mlflow-artifacts:'.",
  );
}

/** Proxied listings name files by their last part, the tracking server's by the path from the root: the last part counts. */
function entries(directory: string, listing: Message): ArtifactEntry[] {
  return listing.messages('files').map((file) => {
    const name = file.text('path').replace(/\/+$/, '').split('/').at(-1) ?? '';
    const isDirectory = file.flag('is_dir');
    // It would name the directory itself, and walking would never end.
    if (name === '') throw unsupported(`MLflow lists a file without a name in the directory '${directory}'.`);
    return {
      path: artifactPath(joinPath(directory, name)),
      isDirectory,
      size: isDirectory ? undefined : file.optionalInt('file_size'),
    };
  });
}
