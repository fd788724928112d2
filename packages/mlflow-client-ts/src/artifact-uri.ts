import { invalidArgument } from './errors.ts';

/** Where an artifact URI of MLflow points. */
export type ArtifactUri =
  /** Files that an MLflow server hands through; `server` is the host that the URI names, if it names one. */
  | { readonly kind: 'proxied'; readonly server: string | undefined; readonly path: string }
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  | { readonly kind: 'loggedModel'; readonly modelId: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  /** A store that only MLflow's server has the keys to: `s3://…`, a directory of the server. */
  | { readonly kind: 'direct'; readonly uri: string };

const ROUTE = '/api/2.0/mlflow-artifacts/artifacts';

/** Parses `mlflow-artifacts:/…`, `runs:/<id>/…`, `models:/m-<id>`, `models:/<name>/<version>`, `models:/<name>@<alias>`. */
export function parseArtifactUri(uri: string): ArtifactUri {
  const [, scheme = '', authority, path = ''] = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/]*))?(.*)$/is.exec(uri) ?? [];
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  switch (scheme.toLowerCase()) {
    case 'mlflow-artifacts':
      return { kind: 'proxied', server: authority || undefined, path: trimmed };
    case 'http':
    case 'https': {
      const at = path.indexOf(ROUTE);
      if (at < 0) return { kind: 'direct', uri };
      return { kind: 'proxied', server: authority, path: path.slice(at + ROUTE.length).replace(/^\/+|\/+$/g, '') };
    }
    case 'runs': {
      const [runId, ...rest] = trimmed.split('/');
      if (!runId) throw invalidArgument(`An artifact URI of a run reads 'runs:/<run id>/<path>', got '${uri}'.`);
      return { kind: 'run', runId, path: rest.join('/') };
    }
    case 'models':
      return parseModelUri(uri, trimmed);
    default:
      return { kind: 'direct', uri };
  }
}

function parseModelUri(uri: string, path: string): ArtifactUri {
  const [first = '', second, ...rest] = path.split('/');
  if (first !== '' && rest.length === 0) {
    if (second !== undefined && /^\d+$/.test(second)) return { kind: 'version', name: first, version: second };
    const at = first.lastIndexOf('@');
    if (second === undefined && at > 0) return { kind: 'alias', name: first.slice(0, at), alias: first.slice(at + 1) };
    if (second === undefined && at < 0) return { kind: 'loggedModel', modelId: first };
  }
  throw invalidArgument(
    `A model URI reads 'models:/<name>/<version>', 'models:/<name>@<alias>' or 'models:/m-<id>', got '${uri}'; ` +
      "stages and 'latest' name a version that changes under the reader and are not taken.",
  );
}

/** The path of `uri` below `root`, '' for the root itself, undefined where it lies elsewhere. */
export function pathWithin(root: string, uri: string): string | undefined {
  const base = root.replace(/\/+$/, '');
  const full = uri.replace(/\/+$/, '');
  if (full === base) return '';
  return full.startsWith(`${base}/`) ? full.slice(base.length + 1) : undefined;
}
