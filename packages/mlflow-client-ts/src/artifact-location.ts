import { loggedModelStore, proxiedStore, runStore, type ArtifactStore } from './artifact-store.ts';
import { parseArtifactUri, pathWithin } from './artifact-uri.ts';
import { joinPath } from './artifact-path.ts';
import type { CallOptions } from './call.ts';
import { MlflowError, unsupported } from './errors.ts';
import type { Http } from './http.ts';
import { LoggedModels } from './logged-models.ts';
import type { ModelVersion, ModelVersionRef } from './model-version.ts';
import { ModelVersions } from './model-versions.ts';
import { Runs } from './runs.ts';

/** Whose files: a run's, a logged model's, a model version's (the objects themselves will do), or those under a URI. */
export type ArtifactSource = string | { readonly runId: string } | { readonly modelId: string } | ModelVersionRef;

// A version may be registered from another one, which MLflow resolves itself; deeper chains are a loop.
const MAX_DEPTH = 4;

/** Finds the store of a source: follows run, logged model and version to their files. */
export async function locate(
  http: Http,
  source: ArtifactSource,
  options?: CallOptions,
  depth = 0,
): Promise<ArtifactStore> {
  if (depth > MAX_DEPTH) throw unsupported(`The artifact URI '${describe(source)}' leads in a circle.`);
  if (typeof source !== 'string') {
    // In this order: a version also has a run and a logged model.
    if ('version' in source) return locateVersion(http, source, options, depth);
    return 'modelId' in source
      ? locateModel(http, source.modelId, options)
      : locateRun(http, source.runId, '', options);
  }
  const uri = parseArtifactUri(source);
  switch (uri.kind) {
    case 'proxied':
      return proxiedStore(http, uri.path, serverOf(http, uri.server));
    case 'run':
      return locateRun(http, uri.runId, uri.path, options);
    case 'loggedModel':
      return locateModel(http, uri.modelId, options);
    case 'version':
      return locateVersion(http, uri, options, depth);
    case 'alias':
      return locateVersion(
        http,
        await new ModelVersions(http).getByAlias(uri.name, uri.alias, options),
        options,
        depth,
      );
    case 'direct':
      throw unsupported(`Cannot read '${source}' without its run, logged model or model version: give that instead.`);
  }
}

async function locateRun(http: Http, runId: string, path: string, options?: CallOptions): Promise<ArtifactStore> {
  const { artifactUri } = await new Runs(http).get(runId, options);
  if (artifactUri === undefined) {
    throw new MlflowError(`MLflow's run '${runId}' has no artifact URI.`, { errorCode: 'INVALID_RESPONSE' });
  }
  const uri = parseArtifactUri(artifactUri);
  if (uri.kind === 'proxied') return proxiedStore(http, joinPath(uri.path, path), serverOf(http, uri.server));
  return runStore(http, runId, path, joinPath(artifactUri, path));
}

async function locateModel(http: Http, modelId: string, options?: CallOptions): Promise<ArtifactStore> {
  const { artifactUri } = await new LoggedModels(http).get(modelId, options);
  const uri = parseArtifactUri(artifactUri);
  if (uri.kind === 'proxied') return proxiedStore(http, uri.path, serverOf(http, uri.server));
  return loggedModelStore(http, modelId, '', artifactUri);
}

async function locateVersion(
  http: Http,
  ref: ModelVersionRef,
  options: CallOptions | undefined,
  depth: number,
): Promise<ArtifactStore> {
  const versions = new ModelVersions(http);
  const uri = await versions.downloadUri(ref, options);
  if (parseArtifactUri(uri).kind !== 'direct') return locate(http, uri, options, depth + 1);
  return locateDirect(http, await versions.get(ref, options), uri, options);
}

/** A version in a store of the server's own is read through the run or logged model whose files hold it. */
async function locateDirect(
  http: Http,
  version: ModelVersion,
  uri: string,
  options?: CallOptions,
): Promise<ArtifactStore> {
  if (version.modelId !== undefined) {
    const model = await new LoggedModels(http).get(version.modelId, options);
    const path = pathWithin(model.artifactUri, uri);
    if (path !== undefined) return loggedModelStore(http, version.modelId, path, uri);
  }
  if (version.runId !== undefined) {
    const run = await new Runs(http).get(version.runId, options);
    const path = pathWithin(run.artifactUri ?? '', uri);
    if (path !== undefined) return runStore(http, version.runId, path, uri);
  }
  throw unsupported(
    `The files of ${version.name} version ${version.version} lie at '${uri}', outside of its run and logged model; ` +
      'MLflow hands them to nobody.',
  );
}

/** The base URL of the server that a URI names; credentials go to no server that the client was not told of. */
function serverOf(http: Http, server: string | undefined): string | undefined {
  const { baseUrl, artifactServers } = http.config;
  if (server === undefined || server === new URL(baseUrl).host) return undefined;
  const known = artifactServers.find((origin) => new URL(origin).host === server);
  if (known !== undefined) return known;
  throw unsupported(
    `The artifact URI names the server '${server}', which this client does not know; ` +
      'list it under `artifactServers` to send it the same credentials.',
  );
}

function describe(source: ArtifactSource): string {
  return typeof source === 'string' ? source : JSON.stringify(source);
}
