import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { weightOf, wholeRoute } from '../../domain/route.ts';
import { createWorkers } from '../../worker/workers.ts';
import { severable } from '../serving/support/severable.ts';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

/** A worker must be back within 5 s of its start, the start of its process included. */
const LIMIT_MS = 4_000;

test('an abort that is sent to a worker that has just died is carried out at once by the next one', async () => {
  const world = new World();
  world.gates['canary-10'] = 'watch';
  const way = await severable(`http://${env.address.replace('localhost', '127.0.0.1')}`);
  const connection = await NativeConnection.connect({ address: new URL(way.url).host });
  const workers = await createWorkers({
    connection,
    namespace: env.namespace ?? 'default',
    workflowBundle: { codePath: inject('workflowBundle') },
    activities: world.activities,
  });
  const running = Promise.all(workers.map((worker) => worker.run()));
  const handle: RolloutHandle = await startRollout(env.client);
  await vi.waitFor(() => atRest(handle, world), { timeout: 20_000, interval: 50 });
  // To the server it is as dead as by `kill -9`: it says nothing more, not even that it ends.
  way.cut();
  // Until the server has heard of it, it may give the next task to whoever asked last; that one is begun again after 10 s.
  await handle.describe();
  await handle.signal('abort');
  const restarted = Date.now();
  await withWorkers(env, world, async () => {
    await vi.waitFor(() => expect(world.route).toEqual(wholeRoute(STABLE.key)), { timeout: 20_000, interval: 20 });
    expect(Date.now() - restarted).toBeLessThan(LIMIT_MS);
    await handle.result();
  });
  way.mend();
  for (const worker of workers) worker.shutdown();
  await running;
  await connection.close();
  await way.close();
});

/** In the canary with nothing under way but its gate: a workflow task that a dead worker had begun is another matter. */
async function atRest(handle: RolloutHandle, world: World): Promise<void> {
  const { pendingWorkflowTask, pendingActivities } = (await handle.describe()).raw;
  expect(weightOf(world.route, CANDIDATE.key)).toBe(1_000);
  expect(pendingActivities?.map(({ activityType }) => activityType?.name)).toEqual(['watchGate']);
  expect(pendingWorkflowTask ?? null).toBeNull();
}
