import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FULL_WEIGHT, weightOf, wholeRoute } from '../../domain/route.ts';
import { startRollout } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

test('a candidate that passes every gate takes all traffic step by step, then the alias, and the old version goes', async () => {
  const world = new World();
  const result = await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(result).toMatchObject({ outcome: 'promoted', reason: 'Promoted', serving: CANDIDATE.key });
  expect(world.route).toEqual(wholeRoute(CANDIDATE.key));
  expect(world.routes.map((route) => weightOf(route, CANDIDATE.key))).toEqual([
    0,
    100,
    500,
    1_000,
    2_500,
    5_000,
    FULL_WEIGHT,
    FULL_WEIGHT,
  ]);
  expect(world.alias).toBe('2');
  expect([...world.deployed]).toEqual([CANDIDATE.key]);
  expect(world.ledger.map(({ rolloutSequence }) => rolloutSequence)).toEqual(world.ledger.map((_, index) => index + 1));
  expect(world.ledger.at(-1)).toMatchObject({ stage: 'done', reason: 'Promoted' });
});

test('the first deployment of an endpoint has nothing to shadow or to split with, and is watched in its soak', async () => {
  const world = new World(null);
  const result = await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(result.outcome).toBe('promoted');
  expect(world.routes).toEqual([wholeRoute(CANDIDATE.key)]);
});

test('a first deployment that fails its soak leaves the endpoint as it was: empty, without an alias', async () => {
  const world = new World(null);
  world.gates['soak'] = 'fail';
  const result = await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(result.outcome).toBe('rolled_back');
  expect(world.route.arms).toEqual([]);
  expect(world.alias).toBeNull();
  expect(world.deployed.size).toBe(0);
});

test('a rollout of five steps costs at most 150 history events besides its soak', async () => {
  const world = new World();
  const events = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { soak: false });
    await handle.result();
    return (await handle.fetchHistory()).events ?? [];
  });
  expect(events.length).toBeLessThanOrEqual(150);
});
