import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAddresses } from '../../client/stack/context.ts';
import type { Addresses } from '../../client/stack/part.ts';
import { pathsUnder, ROOT } from '../../client/stack/paths.ts';
import { freePort } from '../../serving/host/ports.ts';
import { readRecord } from '../../client/stack/record.ts';
import { runCli } from '../../scripts/demo/cli.ts';

export const TARGET = 'scale';
const PARTS = 'temporal,postgres';

/** A real Temporal and PostgreSQL, the fake world beside them, and as many real workers as are asked for. */
export interface ScaleStack {
  readonly addresses: Addresses;
  /** Process ids of the two servers. */
  readonly temporal: number;
  readonly postgres: number;
  /** Tells the fake world something, and returns how it stands. */
  readonly world: (change?: WorldChange) => Promise<WorldState>;
  startWorker(): Promise<BenchWorker>;
}

export interface WorldChange {
  readonly requestsPerSecond?: number;
  /** An endpoint whose candidate begins to fail. */
  readonly breaks?: string;
}

export interface WorldState {
  /** Statements that wrote batches, batches written, and the longest time one waited to be written since the last look. */
  readonly commits: number;
  readonly rows: number;
  readonly latestMs: number;
  /** Index of the last batch by endpoint, and the arms in force. */
  readonly last: Readonly<Record<string, number>>;
  readonly routes: Readonly<Record<string, readonly { readonly version: string; readonly weight: number }[]>>;
}

export interface BenchWorker {
  readonly pid: number;
  readonly health: string;
  kill(): void;
}

/** Brings all of it up under a temporary folder for `endpoints` endpoints, and takes it down whatever happens. */
export async function withScaleStack<T>(endpoints: number, work: (stack: ScaleStack) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'slipway-scale-'));
  const env = { ...process.env, SLIPWAY_HOME: home };
  const children: ChildProcess[] = [];
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`interrupted by ${signal}`)));
  });
  interrupted.catch(() => undefined);
  try {
    if ((await runCli(['up', '--only', PARTS], env)) !== 0) throw new Error('the servers did not come up');
    const addresses = await readAddresses({ home, env });
    const { processes } = await readRecord(pathsUnder(home).record);
    const url = await startWorld(children, addresses.database, endpoints);
    await configure(home, url);
    const story = work({
      addresses,
      temporal: processes.temporal?.pid ?? 0,
      postgres: processes.postgres?.pid ?? 0,
      world: (change = {}) => ask<WorldState>(`${url}/bench`, change),
      startWorker: () => startWorker(children, home, addresses, url),
    });
    return await Promise.race([story, interrupted]);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await runCli(['down', '--only', PARTS], env, { quiet: true });
    await rm(home, { recursive: true, force: true });
  }
}

export async function ask<T>(url: string, body?: unknown): Promise<T> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
  return (await response.json()) as T;
}

async function startWorld(children: ChildProcess[], database: string, endpoints: number): Promise<string> {
  const args = [join(import.meta.dirname, 'world.ts'), database, TARGET, String(endpoints)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return `http://127.0.0.1:${port.toString().trim()}`;
}

/** The worker finds its targets in `slipway.yaml` of the folder that it starts in. */
async function configure(home: string, url: string): Promise<void> {
  await writeFile(join(home, 'token'), 'bench');
  const target = { kind: 'local', url, tokenFile: 'token' };
  await writeFile(join(home, 'slipway.yaml'), JSON.stringify({ targets: { [TARGET]: target } }));
}

async function startWorker(
  children: ChildProcess[],
  home: string,
  addresses: Addresses,
  registry: string,
): Promise<BenchWorker> {
  const port = await freePort();
  const log = await open(join(home, `worker-${port}.log`), 'w');
  const child = spawn(process.execPath, [join(ROOT, 'worker', 'main.ts')], {
    cwd: home,
    stdio: ['ignore', log.fd, log.fd],
    env: {
      ...process.env,
      SLIPWAY_HOME: home,
      TEMPORAL_ADDRESS: addresses.temporal,
      TEMPORAL_NAMESPACE: addresses.temporalNamespace,
      DATABASE_URL: addresses.database,
      MLFLOW_TRACKING_URI: registry,
      SLIPWAY_WORKER_PORT: String(port),
      MALLOC_ARENA_MAX: '2',
    },
  });
  await log.close();
  children.push(child);
  const health = `http://127.0.0.1:${port}/healthz`;
  for (let tries = 0; child.exitCode === null && tries < 300; tries += 1) {
    const ready = await fetch(health).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return { pid: child.pid ?? 0, health, kill: () => void child.kill('SIGKILL') };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('a worker did not start');
}
