import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import { outcomesOptions, TASK_QUEUES } from '../../workflows/messages.ts';
import type { Client } from '@temporalio/client';
import { startRetrain } from '../support/retrainings.ts';
import { pullInput } from '../support/pulls.ts';
import { startMonitor } from '../support/monitors.ts';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { startLocalTemporal, TEMPORAL_BIN, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';
import { CONTINUED } from './continued.ts';
import { fileOf } from './histories.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

/** The release whose rollouts are recorded; part of each file's name. */
const RELEASE = '0.1.0';
const CHECKOUT = resolve(import.meta.dirname, '../..');

let env: TestWorkflowEnvironment;

/** `RECORD_HISTORIES=1 npm test -- test/replay` before a release: adds what is missing, never replaces a file. */
describe.runIf(process.env['RECORD_HISTORIES'])('records how rollouts of this release go', { timeout: 120_000 }, () => {
  // Few events until a soak continues as new keep its recordings short.
  const suggest = ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=200'];
  beforeAll(async () => void (env = await startLocalTemporal(suggest)));
  afterAll(() => env.teardown());

  test.each(missing(Object.entries(SCENARIOS)))('%s', async (name, scenario) => {
    const world = scenario.world?.() ?? new World();
    await withWorkers(env, world, async (client) => {
      if (scenario.isBeside) await startRollout(client, { endpoint: name });
      const handle = await start(client, name, scenario);
      await scenario.act?.(handle, world);
      await handle.result().catch(() => undefined);
      world.release();
      await record(name, handle, handle.firstExecutionRunId);
    });
  });

  test.each(missing(Object.entries(CONTINUED)))('%s', async (name, { gate, act }) => {
    const world = new World();
    await withWorkers(env, world, async (client) => {
      const handle = await startRollout(client, { endpoint: name, soak: { duration: '10m', window: '5ms' } });
      const newest = client.workflow.getHandle(handle.workflowId) as RolloutHandle;
      const first = (await newest.describe()).runId;
      await vi.waitFor(async () => expect((await newest.describe()).runId).not.toBe(first), { timeout: 50_000 });
      if (gate) world.gates['soak'] = gate;
      await act?.(newest);
      await newest.result();
      await record(name, newest, (await newest.describe()).runId);
    });
  });
});

function missing<T>(scenarios: [string, T][]): [string, T][] {
  return scenarios.filter(([name]) => !existsSync(fileOf(name, RELEASE)));
}

async function start(client: Client, endpoint: string, { spec, workflow, retrain }: Scenario): Promise<RolloutHandle> {
  if (workflow === 'retrain') return (await startRetrain(client, endpoint, retrain)) as unknown as RolloutHandle;
  if (workflow === undefined) return startRollout(client, { endpoint, ...spec });
  // Only that it can be told, and how it ends, is asked of it.
  if (workflow === 'monitor') return (await startMonitor(client, endpoint)) as unknown as RolloutHandle;
  if (workflow === 'outcomes')
    return (await client.workflow.start(workflow, outcomesOptions(pullInput(endpoint)))) as RolloutHandle;
  return client.workflow.start(workflow, {
    workflowId: rolloutWorkflowId('local', endpoint),
    taskQueue: TASK_QUEUES.workflows,
    args: [{ target: 'local', endpoint, by: 'test' }],
  });
}

async function record(name: string, handle: RolloutHandle, run: string): Promise<void> {
  const where = ['--address', env.address, '--workflow-id', handle.workflowId, '--run-id', run];
  const shown = await promisify(execFile)(TEMPORAL_BIN, ['workflow', 'show', ...where, '--output', 'json'], {
    maxBuffer: 64 * 1024 * 1024,
  });
  // Failures carry stacks, and those the folder in which somebody recorded.
  const text = JSON.stringify(JSON.parse(shown.stdout)).replaceAll(CHECKOUT, '/slipway');
  await writeFile(fileOf(name, RELEASE), `${text}\n`, { flag: 'wx' });
}
