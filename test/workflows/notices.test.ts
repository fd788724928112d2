import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failure } from '../../activities/failures.ts';
import { createNotifyActivities } from '../../activities/notify.ts';
import { openSink } from '../alerts/sink.ts';
import { depsWith } from '../support/deps.ts';
import { startRollout } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

// A server of their own: it skips time only while no activity runs, and one that a rollout left behind counts as running.
let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

test('a call for help reaches each receiver once though another is away, and so does the word that it is over', async () => {
  const [bad, good] = [await openSink(500, 500, 200), await openSink()];
  const world = new World();
  world.gates['canary-1'] = 'fail';
  const { notify } = createNotifyActivities(depsWith({}));
  Object.assign(world.activities, { notify });
  world.before = (activity) => {
    if (activity === 'restoreTraffic' && bad.received.length < 3) throw failure('NotReady', 'stable does not answer');
  };
  const receivers = [bad, good].map(({ url }) => ({ webhook: url }));
  await withWorkers(env, world, async (client) => (await startRollout(client, { notify: receivers })).result());
  const told = (sink: typeof bad) => sink.json().map((body) => (body as { event: string }).event);
  expect(told(good)).toEqual(['rollback_failed', 'traffic_restored']);
  expect(told(bad)).toEqual(['rollback_failed', 'rollback_failed', 'rollback_failed', 'traffic_restored']);
});
