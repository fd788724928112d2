import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failure } from '../../activities/failures.ts';
import { weightOf, wholeRoute } from '../../domain/route.ts';
import { startRollout } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';

// A server of their own: it skips time only while no activity runs, and one that a rollout left behind counts as running.
let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

test('traffic is not moved onto a stable that does not answer: people are told who is sick, and it goes back once it is well', async () => {
  const world = new World();
  world.gates['canary-10'] = 'fail';
  world.sick = [{ key: STABLE.key, state: 'unhealthy', detail: 'GET /health: connect ECONNREFUSED' }];
  const meanwhile: number[] = [];
  world.before = (activity) => {
    if (activity === 'notify') world.sick = [];
    if (activity !== 'restoreTraffic' || world.sick.length === 0) return;
    meanwhile.push(weightOf(world.route, CANDIDATE.key));
    throw failure('NotReady', `${STABLE.key} is unhealthy`);
  };
  const result = await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(result).toMatchObject({ outcome: 'rolled_back', serving: STABLE.key });
  expect(new Set(meanwhile)).toEqual(new Set([1_000]));
  expect(world.route).toEqual(wholeRoute(STABLE.key));
  expect(world.notices).toEqual(['rollback_failed', 'traffic_restored', 'rolled_back']);
  const reasons = world.ledger.map(({ reason }) => reason);
  const [failed, sick, restored] = (['RollbackFailed', 'StableUnhealthy', 'TrafficRestored'] as const).map((reason) =>
    reasons.indexOf(reason),
  );
  expect(failed).toBeGreaterThan(0);
  expect(sick).toBeGreaterThan(failed ?? 0);
  expect(restored).toBeGreaterThan(sick ?? 0);
  expect(world.ledger[sick ?? 0]?.detail).toEqual({
    versions: [{ key: STABLE.key, state: 'unhealthy', detail: 'GET /health: connect ECONNREFUSED' }],
  });
});
