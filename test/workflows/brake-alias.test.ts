import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failure } from '../../activities/failures.ts';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import { wholeRoute } from '../../domain/route.ts';
import { TASK_QUEUES } from '../../workflows/messages.ts';
import { startRollout } from '../support/rollouts.ts';
import { freshEndpoint, startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

test('a way back whose former champion the registry has lost ends, says so, and calls people', async () => {
  const world = new World();
  world.gates['soak'] = 'fail';
  world.before = (activity, version) => {
    if (activity === 'moveAlias' && version === STABLE.version)
      throw failure('VersionNotFound', 'no version 1 any more');
  };
  const result = await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(result).toMatchObject({ outcome: 'rolled_back', serving: STABLE.key });
  expect(world.route).toEqual(wholeRoute(STABLE.key));
  const noted = world.ledger.find(({ reason }) => reason === 'CleanupFailed');
  expect(noted?.detail).toEqual({ alias: 'champion', to: STABLE.version, message: 'no version 1 any more' });
  expect(world.notices).toEqual(['cleanup_failed', 'rolled_back']);
});

test('a rollback by hand to a version that the registry has lost moves traffic, says so, and ends', async () => {
  const world = new World();
  world.before = (activity) => {
    if (activity === 'moveAlias') throw failure('VersionNotFound', 'no version 2 any more');
  };
  const endpoint = freshEndpoint();
  const result: unknown = await withWorkers(env, world, (client) =>
    client.workflow.execute('rollback', {
      workflowId: rolloutWorkflowId('local', endpoint),
      taskQueue: TASK_QUEUES.workflows,
      args: [{ target: 'local', endpoint }],
    }),
  );
  expect(result).toMatchObject({ outcome: 'rolled_back', serving: CANDIDATE.key });
  expect(world.notices).toContain('cleanup_failed');
});

test('an alias that a newer rollout has taken over is left to it', async () => {
  const world = new World();
  world.gates['soak'] = 'fail';
  world.before = (activity, version) => {
    if (activity !== 'moveAlias' || version !== STABLE.version) return;
    world.claimed = { epoch: 99, sequence: 0 };
    world.alias = '7';
  };
  const result = await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(result.outcome).toBe('rolled_back');
  expect(world.alias).toBe('7');
  expect(world.ledger.filter(({ reason }) => reason === 'Superseded')).toHaveLength(1);
  expect(world.notices).toEqual(['rolled_back']);
});
