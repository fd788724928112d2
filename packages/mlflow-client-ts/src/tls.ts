import { readFileSync, statSync } from 'node:fs';
import type { Environment } from './auth.ts';
import { invalidArgument, unsupported } from './errors.ts';
import { httpsFetch } from './https-fetch.ts';
import type { Fetch } from './transport.ts';

/** TLS settings of one client; files are read once, when the client is made. */
export interface TlsOptions {
  /** Accept any certificate of the server: for tests only. */
  readonly insecure?: boolean | undefined;
  /** PEM file of the authorities to trust instead of Node's own. */
  readonly serverCertPath?: string | undefined;
  /** PEM file with the client's certificate and its private key. */
  readonly clientCertPath?: string | undefined;
}

/** TLS settings from MLFLOW_TRACKING_INSECURE_TLS, _SERVER_CERT_PATH and _CLIENT_CERT_PATH, or undefined without any. */
export function tlsFromEnv(env: Environment): TlsOptions | undefined {
  const insecure = booleanVariable(env, 'MLFLOW_TRACKING_INSECURE_TLS');
  const serverCertPath = env['MLFLOW_TRACKING_SERVER_CERT_PATH'] || undefined;
  const clientCertPath = env['MLFLOW_TRACKING_CLIENT_CERT_PATH'] || undefined;
  if (!insecure && serverCertPath === undefined && clientCertPath === undefined) return undefined;
  return { insecure, serverCertPath, clientCertPath };
}

/** A `fetch` with these TLS settings. */
export function tlsFetch(tls: TlsOptions): Fetch {
  if (tls.insecure && tls.serverCertPath !== undefined) {
    throw invalidArgument(
      "MLflow's TLS settings contradict each other: MLFLOW_TRACKING_INSECURE_TLS trusts every server, " +
        'MLFLOW_TRACKING_SERVER_CERT_PATH only some. Unset one of them.',
    );
  }
  const client = tls.clientCertPath === undefined ? undefined : pem(tls.clientCertPath, 'client certificate');
  const ca = tls.serverCertPath === undefined ? undefined : pem(tls.serverCertPath, 'server certificate');
  return httpsFetch({
    rejectUnauthorized: !tls.insecure,
    ...(ca !== undefined && { ca }),
    ...(client !== undefined && { cert: client, key: client }),
  });
}

function pem(path: string, what: string): Buffer {
  try {
    // Python's requests takes a directory of hashed names here; Node has no counterpart.
    if (statSync(path).isDirectory()) {
      throw unsupported(`The MLflow ${what} '${path}' is a directory; put its certificates into one PEM file.`);
    }
    return readFileSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw invalidArgument(`The MLflow ${what} '${path}' cannot be read: ${error.message}`);
  }
}

/** A boolean as MLflow reads it: true, false, 1 or 0. */
export function booleanVariable(env: Environment, name: string): boolean {
  const value = (env[name] ?? '').toLowerCase();
  if (value === '' || value === 'false' || value === '0') return false;
  if (value === 'true' || value === '1') return true;
  throw invalidArgument(`${name} should be true, false, 1 or 0, got '${value}'.`);
}
