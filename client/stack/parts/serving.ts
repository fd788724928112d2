import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ask } from './http.ts';
import { envoyBinary, pythonBinary } from '../binaries.ts';
import { environmentOf } from '../addresses.ts';
import { ROOT } from '../paths.ts';
import type { HostHealth } from '../../../domain/serving-contract.ts';
import type { Part, StackContext } from '../part.ts';

/**
 * A host waits most of its life: a small nursery keeps its memory to what it needs. And the first `fetch`, of a model's files,
 * has V8 optimise the WebAssembly that reads its answer, which stays in memory with 10 MB and saves no time to speak of; nor
 * is anything else here so hot that optimised code is worth its 5 MB.
 */
const FLAGS = ['--max-old-space-size=96', '--max-semi-space-size=1', '--liftoff-only', '--no-opt'];
const PROGRAM = [...FLAGS, join(ROOT, 'serving', 'main.ts')];

export const serving: Part = {
  name: 'serving',
  title: 'Serving host',
  ports: ['serving', 'gateway'],
  needs: [],
  timeoutMs: 90_000,
  stopMs: 60_000,
  variable: null,
  address: ({ serving: url, gateway }) => `${url} (API), ${gateway} (predictions)`,

  async prepare({ addresses, env, home, ports }) {
    const cache = join(home, 'cache', 'serving');
    await fillCompileCache(cache);
    const { DATABASE_URL = '', MLFLOW_TRACKING_URI = '' } = environmentOf(addresses, home);
    return {
      file: process.execPath,
      args: PROGRAM,
      env: {
        SLIPWAY_HOME: home,
        MALLOC_ARENA_MAX: '2',
        NODE_COMPILE_CACHE: cache,
        SLIPWAY_SERVING_PORT: String(ports.serving),
        SLIPWAY_GATEWAY_PORT: String(ports.gateway),
        DATABASE_URL,
        MLFLOW_TRACKING_URI,
        ENVOY_BIN: envoyBinary(env),
        SLIPWAY_PYTHON: pythonBinary(env),
      },
    };
  },

  async check({ addresses }) {
    const response = await ask(`${addresses.serving}/healthz`);
    const health = (await response.json()) as HostHealth;
    if (health.status === 'ok') return;
    const bad = Object.entries(health.parts).filter(([, part]) => !part.ok);
    throw new Error(bad.map(([name, part]) => `${name}: ${part.detail}`).join('; '));
  },

  /** A restart leaves model servers and Envoy running, and with them every prediction. */
  async stop(context, pid, purpose) {
    if (purpose === 'restart') process.kill(pid, 'SIGTERM');
    else await shutDown(context);
  },

  stopRemains: shutDown,
};

/**
 * A process that finds its code with the types stripped never loads the stripper, which would stay in memory with 20 MB.
 * Done at every start, since code and flags may be others than those of the last one.
 */
async function fillCompileCache(cache: string): Promise<void> {
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  // It saves memory, no more: a host that cannot start says so itself.
  await promisify(execFile)(process.execPath, [...PROGRAM, '--help'], { env }).catch(() => undefined);
}

async function shutDown({ env, home }: StackContext): Promise<void> {
  const args = [join(ROOT, 'serving', 'main.ts'), '--shutdown', '--home', home];
  await promisify(execFile)(process.execPath, args, { env });
}
