import { join } from 'node:path';
import { ask } from './http.ts';
import { environmentOf } from '../addresses.ts';
import { ensureJanitor } from '../janitor-schedule.ts';
import { payloadKeys } from '../../codec/endpoint.ts';
import { ROOT } from '../paths.ts';
import { withTemporal } from '../../temporal.ts';
import type { Part } from '../part.ts';

export const worker: Part = {
  name: 'worker',
  title: 'Worker',
  ports: ['worker'],
  needs: ['temporal', 'postgres', 'mlflow', 'serving'],
  timeoutMs: 120_000,
  // Longer than the grace that it gives to running activities.
  stopMs: 30_000,
  variable: null,
  address: ({ worker: url }) => url,

  async prepare({ addresses, env, home, ports }) {
    return {
      file: process.execPath,
      args: [join(ROOT, 'worker', 'main.ts')],
      env: {
        ...environmentOf(addresses, home),
        SLIPWAY_WORKER_PORT: String(ports.worker),
        MALLOC_ARENA_MAX: '2',
        ...payloadKeys(env),
      },
      // slipway.yaml and data sets are looked for where the person is.
      cwd: process.cwd(),
    };
  },

  async check({ addresses }) {
    await ask(`${addresses.worker}/healthz`);
  },

  async furnish({ addresses }) {
    await withTemporal(addresses, (connection) => ensureJanitor(connection, addresses.temporalNamespace));
  },

  async stop(_, pid) {
    process.kill(pid, 'SIGTERM');
  },
};
