import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from './http.ts';
import { envoyBinary, pythonBinary } from '../binaries.ts';
import { environmentOf } from '../addresses.ts';
import { ROOT } from '../paths.ts';
import type { HostHealth } from '../../../domain/serving-contract.ts';
import type { Part } from '../part.ts';

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
    const { DATABASE_URL = '', MLFLOW_TRACKING_URI = '' } = environmentOf(addresses, home);
    return {
      file: process.execPath,
      args: [join(ROOT, 'serving', 'main.ts')],
      env: {
        SLIPWAY_HOME: home,
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

  /** Through its API, since only that ends the model servers, which otherwise outlive the host. */
  async stop({ addresses, paths }, pid) {
    try {
      const token = (await readFile(paths.servingToken, 'utf8')).trim();
      const response = await ask(`${addresses.serving}/shutdown`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
      if (response.ok) return;
    } catch {
      // It does not answer: the signal is all that is left.
    }
    process.kill(pid, 'SIGTERM');
  },
};
