import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AbSpec } from '../../domain/ab.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { FULL_WEIGHT, weightOf } from '../../domain/route.ts';
import { approveUpdate, statusQuery } from '../../workflows/messages.ts';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

const start = (client: Client, ab: Partial<AbSpec> = {}, rest: Partial<RolloutSpec> = {}) =>
  startRollout(client, {
    canary: { steps: [10] },
    sticky: { header: 'x-user' },
    ab: { percent: 40, metrics: [{ name: 'paid' }], ...ab },
    ...rest,
  });

test('a candidate that wins the test takes all traffic; its users keep it from the canary on', async () => {
  const world = new World();
  world.reasons['ab'] = 'TestWon';
  const result = await withWorkers(env, world, async (client) => (await start(client)).result());
  expect(result).toMatchObject({ outcome: 'promoted', serving: CANDIDATE.key });
  expect(world.routes.map((route) => weightOf(route, CANDIDATE.key))).toEqual([
    0,
    1_000,
    4_000,
    FULL_WEIGHT,
    FULL_WEIGHT,
  ]);
  // In the order of the canary's arms: whoever was on the candidate still is.
  expect(world.routes[2]?.buckets).toEqual([
    { version: STABLE.key, weight: 6_000 },
    { version: CANDIDATE.key, weight: 4_000 },
  ]);
  expect(world.ledger.filter(({ stage }) => stage === 'ab').map(({ reason }) => reason)).toEqual([
    'TrafficShifted',
    'TestWon',
  ]);
});

test.each([
  ['TestLost', 'is worse on a metric'],
  ['TestUseless', 'gains too little'],
  ['GateFailed', 'breaks a guardrail'],
])('a candidate that loses goes back, with the reason in the ledger: %s', async (reason) => {
  const world = new World();
  world.gates['ab'] = 'fail';
  world.reasons['ab'] = reason;
  const result = await withWorkers(env, world, async (client) => (await start(client)).result());
  expect(result).toMatchObject({ outcome: 'rolled_back', reason, serving: STABLE.key });
  expect(world.ledger.map((entry) => entry.reason)).toContain(reason);
});

test('users who are not split as planned prove nothing: the rollout is held', async () => {
  const world = new World();
  world.gates['ab'] = 'error';
  world.reasons['ab'] = 'SplitMismatch';
  const result = await withWorkers(env, world, async (client) => (await start(client)).result());
  expect(result).toMatchObject({ outcome: 'held', reason: 'SplitMismatch' });
});

test.each([
  ['hold', 'held', STABLE],
  ['rollback', 'rolled_back', STABLE],
  ['promote', 'promoted', CANDIDATE],
] as const)(
  'a test without a winner ends undecided, and its policy says what then: %s',
  async (onUndecided, outcome, { key }) => {
    const world = new World();
    world.gates['ab'] = 'inconclusive';
    const result = await withWorkers(env, world, async (client) => (await start(client, { onUndecided })).result());
    expect(result).toMatchObject({ outcome, serving: key });
  },
);

test('where a person decides, a winner waits for the person, under guard', async () => {
  const world = new World();
  const result = await withWorkers(env, world, async (client) => {
    const handle = await start(client, { decide: 'person' });
    await waitingFor(handle, 'ab');
    expect(weightOf(world.route, CANDIDATE.key)).toBe(4_000);
    await handle.executeUpdate(approveUpdate, { args: [{ gate: 'ab', by: 'test' }] });
    return handle.result();
  });
  expect(result).toMatchObject({ outcome: 'promoted' });
});

test('where a person decides, harm does not wait', async () => {
  const world = new World();
  world.gates['ab'] = 'fail';
  world.reasons['ab'] = 'TestLost';
  const result = await withWorkers(env, world, async (client) => (await start(client, { decide: 'person' })).result());
  expect(result).toMatchObject({ outcome: 'rolled_back', reason: 'TestLost' });
});

test('approval of all traffic is asked for after the test, not before', async () => {
  const world = new World();
  const result = await withWorkers(env, world, async (client) => {
    const handle = await start(client, {}, { approval: ['full'] });
    await waitingFor(handle, 'full');
    expect(weightOf(world.route, CANDIDATE.key)).toBe(4_000);
    await handle.executeUpdate(approveUpdate, { args: [{ gate: 'full', by: 'test' }] });
    return handle.result();
  });
  expect(result.outcome).toBe('promoted');
});

test('a first deployment has nobody to test against', async () => {
  const world = new World(null);
  const result = await withWorkers(env, world, async (client) => (await start(client)).result());
  expect(result.outcome).toBe('promoted');
  expect(world.routes).toHaveLength(1);
});

async function waitingFor(handle: RolloutHandle, gate: string): Promise<void> {
  for (;;) {
    const { waitingFor: now, outcome } = await handle.query(statusQuery);
    if (now === gate) return;
    if (outcome) throw new Error(`ended ${outcome} before it waited for ${gate}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
