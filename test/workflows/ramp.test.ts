import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { FULL_WEIGHT, weightOf, wholeRoute } from '../../domain/route.ts';
import { approveUpdate, promoteUpdate, statusQuery } from '../../workflows/messages.ts';
import { startRollout, untilStatus, untilWeight } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

/** A canary without steps. */
const RAMP: Partial<RolloutSpec> = { canary: {} };

test('without steps the weight grows threefold at most from a handful of requests to a tenth, then to half, then to all', async () => {
  const world = new World();
  const status = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, RAMP);
    expect((await handle.result()).outcome).toBe('promoted');
    return handle.query(statusQuery);
  });
  // 100 pairs in a batch of the shadow: 5 of 100 requests are 5 %.
  expect(weights(world)).toEqual([0, 500, 1_000, 5_000, FULL_WEIGHT, FULL_WEIGHT]);
  expect(status.steps).toEqual([500, 1_000, 5_000].map((weight) => ({ weight, state: 'passed' })));
  // What a gate has to prove is scaled by what it may lead to: the tenth's all that all traffic takes.
  expect(world.ledger.filter(({ reason, stage }) => reason === 'GatePassed' && stage === 'canary')).toMatchObject(
    [1_000, FULL_WEIGHT, FULL_WEIGHT].map((nextWeight) => ({ detail: { question: { nextWeight } } })),
  );
});

test('a candidate that does not bear half of the load goes back', async () => {
  const world = new World();
  world.gates['canary-50'] = 'fail';
  const status = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, RAMP);
    expect(await handle.result()).toMatchObject({ outcome: 'rolled_back', serving: STABLE.key });
    return handle.query(statusQuery);
  });
  expect(weights(world)).toEqual([0, 500, 1_000, 5_000, 0]);
  expect(status.steps.map(({ state }) => state)).toEqual(['passed', 'passed', 'failed']);
});

test('where the proof is asked for at nearly half of the traffic, all follows on it', async () => {
  const world = new World();
  await withWorkers(env, world, async (client) =>
    (await startRollout(client, { ...RAMP, risk: { maxPercent: 40 } })).result(),
  );
  expect(weights(world)).toEqual([0, 500, 1_500, 4_000, FULL_WEIGHT, FULL_WEIGHT]);
});

test('a candidate that fails at once meets the first weight and no other', async () => {
  const world = new World();
  world.samples = { candidate: 1_000, stable: 1_000 };
  world.gates['canary-0.5'] = 'fail';
  const status = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, RAMP);
    expect(await handle.result()).toMatchObject({ outcome: 'rolled_back', serving: STABLE.key });
    return handle.query(statusQuery);
  });
  expect(weights(world)).toEqual([0, 50, 0]);
  expect(status.steps).toEqual([
    { weight: 50, state: 'failed' },
    { weight: 1_000, state: 'waiting' },
    { weight: 5_000, state: 'waiting' },
  ]);
  expect(world.route).toEqual(wholeRoute(STABLE.key));
});

test('the next weight is no more than the verdict allows', async () => {
  const world = new World();
  world.allowed = (weight) => (weight === 500 ? 800 : FULL_WEIGHT);
  await withWorkers(env, world, async (client) => (await startRollout(client, RAMP)).result());
  expect(weights(world)).toEqual([0, 500, 800, 1_000, 5_000, FULL_WEIGHT, FULL_WEIGHT]);
});

/** Three batches are measured, which takes its time here too. */
const SHADOWLESS: Partial<RolloutSpec> = { canary: { minDuration: '10s' }, shadow: false, gates: { batch: '1s' } };

test('without a shadow the traffic is measured first, with nothing on the candidate', async () => {
  const world = new World();
  world.samples = { candidate: 0, stable: 2_500 };
  await withWorkers(env, world, async (client) => (await startRollout(client, SHADOWLESS)).result());
  expect(weights(world).slice(0, 3)).toEqual([0, 20, 200]);
});

test('where the traffic cannot be measured nobody meets the candidate', async () => {
  const world = new World();
  world.gates['canary-0'] = 'error';
  const result = await withWorkers(env, world, async (client) => (await startRollout(client, SHADOWLESS)).result());
  expect(result).toMatchObject({ outcome: 'held', reason: 'EvidenceUnreachable' });
  expect(weights(world)).toEqual([0, 0]);
});

test('a spent risk budget takes the candidate back, held', async () => {
  const world = new World();
  world.gates['canary-10'] = 'error';
  world.reasons['canary-10'] = 'RiskBudgetSpent';
  const result = await withWorkers(env, world, async (client) => (await startRollout(client, RAMP)).result());
  expect(result).toMatchObject({ outcome: 'held', reason: 'RiskBudgetSpent', serving: STABLE.key });
  expect(world.ledger.map(({ reason }) => reason)).toContain('RiskBudgetSpent');
  expect(world.deployed).toContain(CANDIDATE.key);
});

test('an abort in the middle of a ramp takes all traffic back', async () => {
  const world = new World();
  world.gates['canary-10'] = 'watch';
  const result = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, RAMP);
    await untilWeight(handle, 1_000);
    await handle.signal('abort', { by: 'ada' });
    return handle.result();
  });
  expect(result).toMatchObject({ outcome: 'aborted', serving: STABLE.key });
  expect(weights(world)).toEqual([0, 500, 1_000, 0]);
});

test('promote skips the rest of a ramp, and approval of full is asked for after the load step', async () => {
  const skipped = new World();
  skipped.gates['canary-5'] = 'watch';
  const status = await withWorkers(env, skipped, async (client) => {
    const handle = await startRollout(client, RAMP);
    await untilWeight(handle, 500);
    await handle.executeUpdate(promoteUpdate, { args: [{ by: 'ada' }] });
    await handle.result();
    return handle.query(statusQuery);
  });
  expect(weights(skipped)).toEqual([0, 500, FULL_WEIGHT, FULL_WEIGHT]);
  expect(status.steps.map(({ state }) => state)).toEqual(['skipped', 'skipped', 'skipped']);

  const asked = new World();
  await withWorkers(env, asked, async (client) => {
    const handle = await startRollout(client, { ...RAMP, approval: ['full'] });
    await untilStatus(handle, ({ waitingFor }) => waitingFor === 'full');
    expect(weights(asked).at(-1)).toBe(5_000);
    await handle.executeUpdate(approveUpdate, { args: [{ gate: 'full', by: 'grace' }] });
    await handle.result();
  });
});

test('an undecided step that a person lets pass goes on by the least step', async () => {
  const world = new World();
  world.gates['canary-5'] = 'inconclusive';
  world.allowed = (weight) => (weight === 500 ? 500 : FULL_WEIGHT);
  const spec: Partial<RolloutSpec> = { canary: { onInconclusive: 'promote' } };
  await withWorkers(env, world, async (client) => (await startRollout(client, spec)).result());
  expect(weights(world).slice(0, 3)).toEqual([0, 500, 750]);
});

test.each([
  { samples: 100, steps: 3, most: 125 },
  { samples: 1_000, steps: 4, most: 138 },
  { samples: 10_000, steps: 5, most: 150 },
])('a rollout with a ramp of $steps steps costs at most $most history events besides its soak', async (given) => {
  const world = new World();
  world.samples = { candidate: given.samples, stable: given.samples };
  const { events, steps } = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { ...RAMP, soak: false });
    await handle.result();
    const { steps } = await handle.query(statusQuery);
    return { steps, events: (await handle.fetchHistory()).events ?? [] };
  });
  expect(steps).toHaveLength(given.steps);
  expect(events.length).toBeLessThanOrEqual(given.most);
});

function weights(world: World): number[] {
  return world.routes.map((route) => weightOf(route, CANDIDATE.key));
}
