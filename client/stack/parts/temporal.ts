import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { attributeFlags, registerAttributes } from './search-attributes.ts';
import { temporalBinary } from '../binaries.ts';
import { withTemporal } from '../../temporal.ts';
import type { Part } from '../part.ts';

export const temporal: Part = {
  name: 'temporal',
  title: 'Temporal',
  ports: ['temporal', 'temporalUi'],
  needs: [],
  timeoutMs: 90_000,
  stopMs: 20_000,
  variable: 'TEMPORAL_ADDRESS',
  address: ({ temporal: address, temporalUi }) => (temporalUi === null ? address : `${address}, Web UI ${temporalUi}`),

  async prepare({ env, paths, ports }) {
    const file = temporalBinary(env);
    await mkdir(paths.temporal, { recursive: true });
    const place = ['--ip', '127.0.0.1', '--port', String(ports.temporal), '--ui-port', String(ports.temporalUi)];
    const store = ['--db-filename', join(paths.temporal, 'temporal.db'), '--log-level', 'warn'];
    return { file, args: ['server', 'start-dev', ...place, ...store, ...attributeFlags()], env: {} };
  },

  async check({ addresses }) {
    await withTemporal(addresses, ({ workflowService }) =>
      workflowService.describeNamespace({ namespace: addresses.temporalNamespace }),
    );
  },

  async furnish({ addresses }) {
    await withTemporal(addresses, (connection) => registerAttributes(connection, addresses.temporalNamespace));
  },

  async stop(_, pid) {
    process.kill(pid, 'SIGTERM');
  },
};
