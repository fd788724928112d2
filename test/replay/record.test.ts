import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { promoteUpdate, statusQuery } from '../../workflows/messages.ts';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { startLocalTemporal, TEMPORAL_BIN, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

/** The release whose rollouts are recorded; part of each file's name. */
const RELEASE = '0.1.0';

const SCENARIOS: Record<string, (world: World) => (handle: RolloutHandle) => Promise<void>> = {
  promoted: () => async () => {},
  'promoted-after-pause-and-promote': (world) => {
    world.gates['canary-5'] = 'watch';
    return async (handle) => {
      await untilStep(handle, 500);
      await handle.signal('pause');
      await handle.signal('resume');
      await handle.executeUpdate(promoteUpdate, { args: [{ by: 'ada' }] });
    };
  },
  'rolled-back-by-validation': (world) => gated(world, 'validate', 'fail'),
  'rolled-back-by-shadow': (world) => gated(world, 'shadow', 'fail'),
  'rolled-back-by-canary': (world) => gated(world, 'canary-10', 'fail'),
  'rolled-back-by-soak': (world) => gated(world, 'soak', 'fail'),
  'held-without-evidence': (world) => gated(world, 'canary-10', 'error'),
  'aborted-in-canary': (world) => {
    world.gates['canary-10'] = 'watch';
    return async (handle) => {
      await untilStep(handle, 1_000);
      await handle.signal('abort');
    };
  },
  'cancelled-in-canary': (world) => {
    world.gates['canary-10'] = 'watch';
    return async (handle) => {
      await untilStep(handle, 1_000);
      await handle.cancel();
    };
  },
};

let env: TestWorkflowEnvironment;

/** `RECORD_HISTORIES=1 npm test -- test/replay` before a release: adds files, never replaces one. */
describe.runIf(process.env['RECORD_HISTORIES'])('records how rollouts of this release go', () => {
  beforeAll(async () => void (env = await startLocalTemporal()));
  afterAll(() => env.teardown());

  test.each(Object.entries(SCENARIOS))('%s', async (name, prepare) => {
    const world = new World();
    const act = prepare(world);
    await withWorkers(env, world, async (client) => {
      const handle = await startRollout(client, { endpoint: name });
      await act(handle);
      await handle.result().catch(() => undefined);
      await record(name, handle);
    });
  });

  test('climbed', async () => {
    const world = new World();
    await withWorkers(env, world, async (client) => {
      const handle = await startRollout(client, { endpoint: 'climbed', canary: {} });
      await handle.result();
      await record('climbed-ramp', handle);
    });
  });

  test('continued', async () => {
    const world = new World();
    await withWorkers(env, world, async (client) => {
      const handle = await startRollout(client, { endpoint: 'continued', soak: { duration: '10m', window: '5ms' } });
      const first = (await handle.describe()).runId;
      await vi.waitFor(async () => expect((await handle.describe()).runId).not.toBe(first), { timeout: 50_000 });
      await record('continued-soak-1', client.workflow.getHandle(handle.workflowId, first) as RolloutHandle);
      world.gates['soak'] = 'fail';
      await handle.result();
      await record('continued-soak-2', handle);
    });
  });
});

function gated(world: World, gate: string, says: 'fail' | 'error') {
  world.gates[gate] = says;
  return async () => {};
}

async function untilStep(handle: RolloutHandle, weight: number): Promise<void> {
  await vi.waitFor(async () => expect((await handle.query(statusQuery)).desiredWeight).toBe(weight), {
    timeout: 20_000,
  });
}

async function record(name: string, handle: RolloutHandle): Promise<void> {
  const file = join(import.meta.dirname, '..', 'histories', `${name}.${RELEASE}.json`);
  const run = (await handle.describe()).runId;
  const where = ['--address', env.address, '--workflow-id', handle.workflowId, '--run-id', run];
  const shown = await promisify(execFile)(TEMPORAL_BIN, ['workflow', 'show', ...where, '--output', 'json'], {
    maxBuffer: 64 * 1024 * 1024,
  });
  await writeFile(file, `${JSON.stringify(JSON.parse(shown.stdout))}\n`, { flag: 'wx' });
}
