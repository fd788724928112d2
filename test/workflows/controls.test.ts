import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { weightOf, wholeRoute } from '../../domain/route.ts';
import { approveUpdate, promoteUpdate } from '../../workflows/messages.ts';
import { startRollout, STEPS, untilStatus, untilWeight } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

test('a paused canary keeps its weight until it is resumed', async () => {
  const world = new World();
  world.gates['canary-10'] = 'watch';
  await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client);
    await untilWeight(handle, 1_000);
    await handle.signal('pause', { by: 'ada' });
    await untilStatus(handle, (status) => status.paused);
    world.gates['canary-10'] = 'pass';
    await handle.signal('resume', { by: 'ada' });
    await handle.signal('abort');
    await handle.result();
  });
  expect(weights(world)).not.toContain(2_500);
  expect(world.ledger.find(({ reason }) => reason === 'Paused')?.actor).toEqual({ name: 'ada', proof: 'asserted' });
});

test('a paused canary whose gate fails is still rolled back', async () => {
  const world = new World();
  world.before = (activity, step) => (activity === 'watchGate' && step === 'canary-10' ? world.released : undefined);
  const result = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client);
    await untilWeight(handle, 1_000);
    await handle.signal('pause');
    await untilStatus(handle, (status) => status.paused);
    world.gates['canary-10'] = 'fail';
    world.release();
    return handle.result();
  });
  expect(result).toMatchObject({ outcome: 'rolled_back', reason: 'GateFailed' });
});

test('a gate that wants approval waits for the person, and refuses an approval meant for another gate', async () => {
  const world = new World();
  const result = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { approval: ['full'] });
    await untilStatus(handle, (status) => status.waitingFor === 'full');
    expect(weights(world).at(-1)).toBe(5_000);
    await expect(handle.executeUpdate(approveUpdate, { args: [{ gate: 'canary' }] })).rejects.toMatchObject({
      cause: { type: 'InvalidApproval', message: '"canary" is not waiting: it waits for full' },
    });
    await handle.executeUpdate(approveUpdate, { args: [{ gate: 'full', by: 'grace' }] });
    return handle.result();
  });
  expect(result.outcome).toBe('promoted');
  expect(world.ledger.find(({ reason }) => reason === 'Approved')?.actor.name).toBe('grace');
});

test('promote skips the rest of the canary and nothing else', async () => {
  const world = new World();
  world.gates['canary-5'] = 'watch';
  const result = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client);
    await untilWeight(handle, 500);
    await handle.executeUpdate(promoteUpdate, { args: [{ by: 'ada' }] });
    return handle.result();
  });
  expect(result.outcome).toBe('promoted');
  expect(weights(world)).toEqual([0, 100, 500, 10_000, 10_000]);
});

test('promote is refused outside the canary', async () => {
  const world = new World();
  world.gates['shadow'] = 'watch';
  await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client);
    await untilStatus(handle, (status) => status.phase === 'shadow');
    await expect(handle.executeUpdate(promoteUpdate, { args: [{}] })).rejects.toMatchObject({
      cause: { type: 'InvalidPromotion' },
    });
    await handle.signal('abort');
    await handle.result();
  });
});

test('a newer rollout ends a soak on the evidence so far', async () => {
  const world = new World();
  world.gates['soak'] = 'watch';
  const result = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client);
    await untilStatus(handle, (status) => status.phase === 'soak');
    await handle.signal('supersede', { by: 'ci' });
    return handle.result();
  });
  expect(result.outcome).toBe('promoted');
  expect(world.ledger.map(({ reason }) => reason)).toContain('SoakEndedEarly');
  expect(world.route).toEqual(wholeRoute(CANDIDATE.key));
});

test('a newer rollout undoes a canary', async () => {
  const world = new World();
  world.gates['canary-1'] = 'watch';
  const result = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client);
    await untilWeight(handle, 100);
    await handle.signal('supersede', { by: 'ci' });
    return handle.result();
  });
  expect(result).toMatchObject({ outcome: 'aborted', reason: 'Superseded' });
});

test('an undecided canary asks a person where the specification says so', async () => {
  const world = new World();
  world.gates['canary-1'] = 'inconclusive';
  const result = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { canary: { steps: STEPS, onInconclusive: 'ask' } });
    await untilStatus(handle, (status) => status.waitingFor === 'canary-1-undecided');
    await handle.executeUpdate(approveUpdate, { args: [{ gate: 'canary-1-undecided' }] });
    return handle.result();
  });
  expect(result.outcome).toBe('promoted');
});

test('an undecided canary without a policy is held, and the candidate stays deployed for a next try', async () => {
  const world = new World();
  world.gates['canary-1'] = 'inconclusive';
  const result = await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(result).toMatchObject({ outcome: 'held', reason: 'NotEnoughEvidence', serving: STABLE.key });
  expect(world.deployed).toContain(CANDIDATE.key);
});

function weights(world: World): number[] {
  return world.routes.map((route) => weightOf(route, CANDIDATE.key));
}
