import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failure } from '../../activities/failures.ts';
import { wholeRoute } from '../../domain/route.ts';
import { startRollout } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { STABLE, World } from '../support/world.ts';

// A server of their own: it skips time only while no activity runs, and one that a rollout left behind counts as running.
let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

test('an approval that nobody gives in time ends as held, with stable serving', async () => {
  const world = new World();
  const result = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { approval: ['shadow'], approvalTimeout: '3d' });
    return handle.result();
  });
  expect(result).toMatchObject({ outcome: 'held', reason: 'ApprovalTimedOut' });
  expect(world.route).toEqual(wholeRoute(STABLE.key));
});

test('a rollback that does not get through calls for help, tries on, and ends well once it can', async () => {
  const world = new World();
  world.gates['canary-1'] = 'fail';
  let stableIsBack = false;
  world.before = (activity) => {
    if (activity === 'notify') stableIsBack = true;
    if (activity === 'restoreTraffic' && !stableIsBack) throw failure('NotReady', 'stable does not answer');
  };
  const result = await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(result).toMatchObject({ outcome: 'rolled_back', reason: 'GateFailed' });
  expect(world.notices).toEqual(['rollback_failed', 'traffic_restored', 'rolled_back']);
  expect(world.ledger.map(({ reason }) => reason)).toContain('RollbackFailed');
  expect(world.route).toEqual(wholeRoute(STABLE.key));
});
