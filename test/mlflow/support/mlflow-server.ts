import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.ts';

export interface MlflowServer {
  readonly uri: string;
  /** Temporary directory of this server: its database, artifacts and log. */
  readonly directory: string;
  stop(): Promise<void>;
}

export interface MlflowServerOptions {
  /** Starts MLflow's basic-auth app with this administrator. */
  readonly admin?: { readonly username: string; readonly password: string };
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const START_LIMIT_MS = 110_000;

/** Whether the Python environment has what MLflow's basic-auth app needs on top of MLflow. */
export function hasBasicAuth(): boolean {
  return spawnSync(join(root, '.venv/bin/python'), ['-c', 'import flask_wtf'], { stdio: 'ignore' }).status === 0;
}

/** A real MLflow server on a free port, with its own process group, which `stop` ends whole. Takes 15 to 40 s. */
export async function startMlflow(options: MlflowServerOptions = {}): Promise<MlflowServer> {
  const directory = await mkdtemp(join(tmpdir(), 'mlflow-server-'));
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const args = ['server', '--backend-store-uri', `sqlite:///${directory}/mlflow.db`];
  args.push('--artifacts-destination', join(directory, 'artifacts'), '--host', '127.0.0.1', '--port', String(port));
  // Several workers would only start more slowly on a small machine.
  args.push('--workers', '1', ...(options.admin === undefined ? [] : ['--app-name', 'basic-auth']));
  const log = join(directory, 'server.log');
  const out = openSync(log, 'w');
  const child = spawn(join(root, '.venv/bin/mlflow'), args, {
    cwd: directory,
    detached: true,
    stdio: ['ignore', out, out],
    env: { ...process.env, ...(await environment(directory, options)) },
  });
  const killNow = (): void => signalGroup(child, 'SIGKILL');
  process.once('exit', killNow);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', killNow);
    await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilHealthy(uri, child);
  } catch (error) {
    const tail = readFileSync(log, 'utf8').slice(-2000);
    await stop();
    throw new Error(`MLflow did not start: ${String(error)}\n${tail}`);
  }
  return { uri, directory, stop };
}

async function environment(directory: string, options: MlflowServerOptions): Promise<Record<string, string>> {
  const common = {
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
    MLFLOW_DISABLE_TELEMETRY: 'true',
    MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http,https',
    MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
    MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES: '0',
    // Otherwise MLflow overlooks a new webhook for up to a minute.
    MLFLOW_WEBHOOK_CACHE_TTL: '0',
    // Without a key MLflow makes one up in each process, and cannot read the secret after a restart.
    MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: randomBytes(32).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
  };
  if (options.admin === undefined) return common;
  const config = join(directory, 'auth.ini');
  const database = `sqlite:///${directory}/auth.db`;
  const authorize = 'mlflow.server.auth:authenticate_request_basic_auth';
  const lines = ['[mlflow]', 'default_permission = READ', `database_uri = ${database}`];
  await writeFile(config, [...lines, `authorization_function = ${authorize}`, ''].join('\n'));
  return {
    ...common,
    MLFLOW_AUTH_CONFIG_PATH: config,
    MLFLOW_AUTH_ADMIN_USERNAME: options.admin.username,
    MLFLOW_AUTH_ADMIN_PASSWORD: options.admin.password,
    MLFLOW_FLASK_SERVER_SECRET_KEY: randomBytes(16).toString('hex'),
  };
}

async function untilHealthy(uri: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with exit code ${child.exitCode}`);
    const answer = await fetch(`${uri}/health`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
  throw new Error(`no answer from ${uri}/health within ${START_LIMIT_MS / 1000} s`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }
  // The group may outlive its leader.
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
