import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AbSpec } from '../../domain/ab.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { FULL_WEIGHT, versionsOf, wholeRoute, type Route } from '../../domain/route.ts';
import { approveUpdate, abortSignal, statusQuery } from '../../workflows/messages.ts';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World, pinned } from '../support/world.ts';

const THIRD = pinned('3', `sha256:${'3'.repeat(64)}`).key;
const FOURTH = pinned('4', `sha256:${'4'.repeat(64)}`).key;

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

const start = (client: Client, ab: Partial<AbSpec> = {}, rest: Partial<RolloutSpec> = {}) =>
  startRollout(client, {
    canary: { steps: [10] },
    sticky: { header: 'x-user' },
    ab: {
      percent: 30,
      metrics: [{ name: 'paid' }],
      arms: [
        { version: 3, percent: 20 },
        { version: 4, percent: 10 },
      ],
      ...ab,
    },
    ...rest,
  });

test('further arms run and are validated before anybody meets them, and leave when the candidate has won', async () => {
  const world = new World();
  const result = await withWorkers(env, world, async (client) => (await start(client)).result());
  expect(result).toMatchObject({ outcome: 'promoted', serving: CANDIDATE.key });
  expect(testsIn(world)).toEqual([weights(4_000, 3_000, 2_000, 1_000)]);
  expect([...world.deployed]).toEqual([CANDIDATE.key]);
  for (const reason of ['BuildPassed', 'ValidationPassed'])
    expect(world.ledger.filter((entry) => entry.reason === reason).map(({ step }) => step ?? null)).toEqual([
      THIRD,
      FOURTH,
      null,
    ]);
});

test('an arm that does harm leaves the test, its users shared out evenly, and nobody else changes arms', async () => {
  const world = new World();
  world.harmful = [FOURTH];
  const result = await withWorkers(env, world, async (client) => (await start(client)).result());
  expect(result).toMatchObject({ outcome: 'promoted', serving: CANDIDATE.key });
  expect(testsIn(world)).toEqual([weights(4_000, 3_000, 2_000, 1_000), weights(4_445, 3_333, 2_222)]);
  const [before, after] = world.routes.filter(({ buckets }) => buckets).map(dealt);
  const moved = before?.filter((version, user) => version !== after?.[user]);
  expect(new Set(moved)).toEqual(new Set([FOURTH]));
  const told = world.ledger.map(({ reason, detail }) => [reason, detail?.['version']]);
  expect(told.findIndex(([reason]) => reason === 'ArmLost')).toBeLessThan(
    told.findIndex(([reason, version]) => reason === 'VersionRetired' && version === FOURTH),
  );
});

test('where all further arms leave, candidate and stable go on alone', async () => {
  const world = new World();
  world.harmful = [THIRD, FOURTH];
  const result = await withWorkers(env, world, async (client) => (await start(client)).result());
  expect(result.outcome).toBe('promoted');
  expect(testsIn(world).at(-1)).toEqual(weights(5_715, 4_285));
});

test('an arm that does harm does not wait for the person who decides', async () => {
  const world = new World();
  world.harmful = [THIRD];
  const result = await withWorkers(env, world, async (client) => {
    const handle = await start(client, { decide: 'person' });
    const isOut = ({ route }: Status) =>
      route !== null && versionsOf(route).join() === [STABLE.key, CANDIDATE.key, FOURTH].join();
    await until(handle, (status) => status.waitingFor === 'ab' && isOut(status));
    const { stages } = await statusOf(handle);
    expect(stages.find(({ stage }) => stage === 'ab')?.detail).toBe(
      `37.5 % of users on the candidate, 12.5 % on ${FOURTH}; without ${THIRD}`,
    );
    await handle.executeUpdate(approveUpdate, { args: [{ gate: 'ab', by: 'test' }] });
    return handle.result();
  });
  expect(result.outcome).toBe('promoted');
});

test.each([
  ['OtherArmWon', 'fail', 'rolled_back'],
  ['TestLost', 'fail', 'rolled_back'],
  ['SplitMismatch', 'error', 'held'],
] as const)('%s puts all users back on stable, and no further arm is left behind', async (reason, gate, outcome) => {
  const world = new World();
  world.gates['ab'] = gate;
  world.reasons['ab'] = reason;
  const result = await withWorkers(env, world, async (client) => (await start(client)).result());
  expect(result).toMatchObject({ outcome, reason, serving: STABLE.key });
  expect(world.route).toEqual(wholeRoute(STABLE.key));
  expect([...world.deployed]).toEqual(outcome === 'held' ? [STABLE.key, CANDIDATE.key] : [STABLE.key]);
});

test('abort during a test of several arms goes back whole', async () => {
  const world = new World();
  world.gates['ab'] = 'watch';
  const result = await withWorkers(env, world, async (client) => {
    const handle = await start(client);
    await until(handle, ({ phase, route }) => phase === 'ab' && route !== null && versionsOf(route).includes(FOURTH));
    await handle.signal(abortSignal);
    return handle.result();
  });
  expect(result.outcome).toBe('aborted');
  expect(world.route).toEqual(wholeRoute(STABLE.key));
  expect([...world.deployed]).toEqual([STABLE.key]);
});

test('an arm that does not pass validation ends the rollout before anybody meets any of them', async () => {
  const world = new World();
  world.gates['validate'] = 'fail';
  const result = await withWorkers(env, world, async (client) => (await start(client)).result());
  expect(result).toMatchObject({ outcome: 'rolled_back', reason: 'ValidationFailed' });
  expect(result.detail).toContain(`${THIRD}, an arm of the test: `);
  expect(world.routes.every((route) => versionsOf(route).join() === STABLE.key)).toBe(true);
});

test('a first deployment has nobody to test against, and starts no further arm', async () => {
  const world = new World(null);
  const result = await withWorkers(env, world, async (client) => (await start(client)).result());
  expect(result.outcome).toBe('promoted');
  expect([...world.deployed]).toEqual([CANDIDATE.key]);
});

function weights(...of: number[]): { version: string; weight: number }[] {
  const versions = of.length > 3 ? [STABLE.key, CANDIDATE.key, THIRD, FOURTH] : [STABLE.key, CANDIDATE.key, THIRD];
  return of.map((weight, place) => ({ version: versions[place] ?? '', weight }));
}

function testsIn({ routes }: World): Route['arms'][] {
  return routes.filter(({ buckets }) => buckets !== undefined).map(({ arms }) => arms);
}

/** The arm of each of 10,000 users, in the order of their hashes. */
function dealt({ buckets = [] }: Route): string[] {
  const users = buckets.flatMap(({ version, weight }) => Array.from({ length: weight }, () => version));
  expect(users).toHaveLength(FULL_WEIGHT);
  return users;
}

type Status = Awaited<ReturnType<typeof statusOf>>;
const statusOf = (handle: RolloutHandle) => handle.query(statusQuery);

async function until(handle: RolloutHandle, found: (status: Status) => boolean): Promise<void> {
  for (;;) {
    const status = await statusOf(handle);
    if (found(status)) return;
    if (status.outcome) throw new Error(`ended ${status.outcome} before`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
