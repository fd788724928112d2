import { authFromEnv, type Auth, type Environment } from './auth.ts';
import { invalidArgument, unsupported } from './errors.ts';
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts';
import { booleanVariable, tlsFetch, tlsFromEnv, type TlsOptions } from './tls.ts';
import type { Fetch } from './transport.ts';

export interface MlflowClientOptions {
  /** `http(s)://host:port`, with the path under which MLflow lives, if any. */
  readonly trackingUri: string;
  readonly auth?: Auth | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Replaces the global `fetch`; then TLS settings are its own affair. */
  readonly fetch?: Fetch | undefined;
  /** Longest silence of the server in one attempt, milliseconds; default 120 000. Bound a whole call by its signal. */
  readonly timeoutMs?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** Further MLflow servers, as origins, that artifact URIs may name and that get the same credentials. */
  readonly artifactServers?: readonly string[] | undefined;
  /** MLflow's workspace, where the server has workspaces. */
  readonly workspace?: string | undefined;
}

/** What a client runs with: the options with every default filled in. */
export interface Config {
  readonly baseUrl: string;
  readonly auth: Auth | undefined;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly artifactServers: readonly string[];
  readonly workspace: string | undefined;
}

const DEFAULT_TIMEOUT_MS = 120_000;

/** Checks options and fills in defaults; throws INVALID_ARGUMENT. */
export function resolveConfig(options: MlflowClientOptions): Config {
  const { url, auth } = parseTrackingUri(options.trackingUri);
  if (options.fetch !== undefined && options.tls !== undefined) {
    throw invalidArgument('MLflow client: with a fetch of your own, set TLS there and leave `tls` out.');
  }
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  if (!(timeoutMs > 0)) throw invalidArgument(`MLflow client: timeoutMs should be above 0, got ${timeoutMs}.`);
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  if (!Number.isInteger(retry.retries) || retry.retries < 0 || !(retry.backoffMs >= 0) || !(retry.maxBackoffMs >= 0)) {
    throw invalidArgument(`MLflow client: retry holds a number below 0 or no number: ${JSON.stringify(retry)}.`);
  }
  return {
    baseUrl: url,
    auth: options.auth ?? auth,
    fetch: options.fetch ?? (options.tls === undefined ? globalThis.fetch : tlsFetch(options.tls)),
    timeoutMs,
    retry,
    artifactServers: (options.artifactServers ?? []).map((server) => new URL(server).origin),
    workspace: options.workspace,
  };
}

/** Options from the variables that MLflow's own clients read; throws where one is set that this client cannot honour. */
export function optionsFromEnv(env: Environment = process.env): MlflowClientOptions {
  const trackingUri = env['MLFLOW_TRACKING_URI'];
  if (!trackingUri) throw invalidArgument('MLFLOW_TRACKING_URI is not set; give it the URL of an MLflow server.');
  const registryUri = env['MLFLOW_REGISTRY_URI'];
  if (registryUri && stripSlash(registryUri) !== stripSlash(trackingUri)) {
    throw unsupported(
      'MLFLOW_REGISTRY_URI names another server than MLFLOW_TRACKING_URI; make a client for each with `new MlflowClient`.',
    );
  }
  if (booleanVariable(env, 'MLFLOW_TRACKING_AWS_SIGV4')) {
    throw unsupported('MLFLOW_TRACKING_AWS_SIGV4 is set; this client cannot sign requests: pass a `fetch` that does.');
  }
  if (env['MLFLOW_TRACKING_AUTH']) {
    throw unsupported(
      'MLFLOW_TRACKING_AUTH names a Python plugin; this client cannot load it: pass `auth` as a function instead.',
    );
  }
  const seconds = numberVariable(env, 'MLFLOW_HTTP_REQUEST_TIMEOUT');
  const factor = numberVariable(env, 'MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR');
  return {
    trackingUri,
    auth: authFromEnv(env),
    tls: tlsFromEnv(env),
    timeoutMs: seconds === undefined ? undefined : seconds * 1000,
    retry: {
      retries: numberVariable(env, 'MLFLOW_HTTP_REQUEST_MAX_RETRIES') ?? DEFAULT_RETRY.retries,
      backoffMs: factor === undefined ? DEFAULT_RETRY.backoffMs : factor * 1000,
    },
    workspace: env['MLFLOW_WORKSPACE'] || undefined,
  };
}

function parseTrackingUri(trackingUri: string): { url: string; auth: Auth | undefined } {
  let url: URL;
  try {
    url = new URL(trackingUri);
  } catch {
    throw invalidArgument(
      `MLflow's tracking URI should be a URL such as http://host:5000, got '${withoutCredentials(trackingUri)}'.`,
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw unsupported(
      `MLflow's tracking URI starts with '${url.protocol}'; this client speaks to an MLflow server over http or https.`,
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalidArgument("MLflow's tracking URI should have no query and no fragment.");
  }
  const auth =
    url.username === ''
      ? undefined
      : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  return { url: stripSlash(`${url.origin}${url.pathname}`), auth };
}

/** A misspelt URI is shown to people and logs, and may hold a password. */
function withoutCredentials(uri: string): string {
  return uri.replace(/\/\/.*@/s, '//***@');
}

function stripSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function numberVariable(env: Environment, name: string): number | undefined {
  const value = env[name];
  if (!value) return undefined;
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw invalidArgument(`${name} should be a number, got '${value}'.`);
  return number;
}
