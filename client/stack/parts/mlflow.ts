import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { ask } from './http.ts';
import { pythonBinary } from '../binaries.ts';
import { withoutPassword } from '../addresses.ts';
import type { Part } from '../part.ts';

export const mlflow: Part = {
  name: 'mlflow',
  title: 'MLflow',
  ports: ['mlflow'],
  needs: [],
  patience: 'takes about half a minute',
  timeoutMs: 240_000,
  stopMs: 20_000,
  variable: 'MLFLOW_TRACKING_URI',
  address: ({ mlflow: url }) => withoutPassword(url),

  async prepare({ env, paths, ports }) {
    const python = pythonBinary(env);
    await mkdir(join(paths.mlflow, 'artifacts'), { recursive: true });
    const place = ['--host', '127.0.0.1', '--port', String(ports.mlflow), '--workers', '1'];
    const store = ['--backend-store-uri', `sqlite:///${join(paths.mlflow, 'mlflow.db')}`];
    const artifacts = ['--serve-artifacts', '--artifacts-destination', join(paths.mlflow, 'artifacts')];
    return {
      file: python,
      args: ['-m', 'mlflow', 'server', ...store, ...artifacts, ...place],
      // The job runner is a second server with a queue of its own, which nothing here uses.
      env: { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true' },
    };
  },

  async check({ addresses }) {
    await ask(`${addresses.mlflow.replace(/\/+$/, '')}/health`);
  },

  async stop(_, pid) {
    process.kill(-pid, 'SIGTERM');
  },
};
