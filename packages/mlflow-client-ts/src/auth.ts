import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { invalidArgument } from './errors.ts';

export interface BasicAuth {
  readonly username: string;
  readonly password: string;
}

export interface BearerAuth {
  readonly token: string;
}

/** Gives the value of the Authorization header before each attempt: for tokens that expire. */
export type AuthProvider = () => string | Promise<string>;

export type Auth = BasicAuth | BearerAuth | AuthProvider;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A function that gives the Authorization header, or undefined where no credentials are set. */
export function authorization(auth: Auth | undefined): AuthProvider | undefined {
  if (auth === undefined || typeof auth === 'function') return auth;
  const value =
    'token' in auth
      ? `Bearer ${auth.token}`
      : `Basic ${Buffer.from(`${auth.username}:${auth.password}`, 'utf8').toString('base64')}`;
  if (/[^\x20-\x7e]/.test(value)) {
    throw invalidArgument('The MLflow token holds a character that no HTTP header may hold, perhaps a line break.');
  }
  return () => value;
}

/**
 * Credentials as MLflow's own clients read them: MLFLOW_TRACKING_USERNAME with MLFLOW_TRACKING_PASSWORD, each from the
 * environment or else from ~/.mlflow/credentials; only without both of them MLFLOW_TRACKING_TOKEN.
 */
export function authFromEnv(env: Environment, credentialsFile = defaultCredentialsFile()): Auth | undefined {
  const stored = readCredentials(credentialsFile);
  const username = env['MLFLOW_TRACKING_USERNAME'] || stored.get('mlflow_tracking_username');
  const password = env['MLFLOW_TRACKING_PASSWORD'] || stored.get('mlflow_tracking_password');
  if (username && password) return { username, password };
  const token = env['MLFLOW_TRACKING_TOKEN'];
  return token ? { token } : undefined;
}

function defaultCredentialsFile(): string {
  return join(homedir(), '.mlflow', 'credentials');
}

/** The `[mlflow]` section of an ini file as Python's configparser reads it. */
function readCredentials(file: string): Map<string, string> {
  const found = new Map<string, string>();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return found;
  }
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]+)\]/.exec(line);
    if (header) section = header[1] ?? '';
    const entry = /^\s*([^#;=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (entry && section === 'mlflow') found.set((entry[1] ?? '').toLowerCase(), entry[2] ?? '');
  }
  return found;
}
