import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { failure } from '../../activities/failures.ts';
import { follow } from '../../client/rollouts/follow.ts';
import type { DrillInput, DrillResult } from '../../domain/drill.ts';
import { wholeRoute } from '../../domain/route.ts';
import { drillOptions, statusQuery } from '../../workflows/messages.ts';
import { freshEndpoint, startTemporal, withWorkers } from '../support/temporal.ts';
import { STABLE, World } from '../support/world.ts';

const COPY = `${STABLE.key}-drill`;

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

test('a fault that the gate finds is taken back, and that is proof: in the ledger with its seconds, and nobody is called', async () => {
  const world = new World();
  world.gates['shadow'] = 'fail';
  const result = await held(world);
  expect(result).toMatchObject({ passed: true, reason: 'DrillPassed', serving: STABLE.key });
  expect(world.ledger.at(-1)).toMatchObject({
    ...{ stage: 'done', reason: 'DrillPassed' },
    detail: { passed: true, seconds: result.seconds, serving: STABLE.key },
  });
  expect(world.notices).toEqual([]);
  expect(world.deployed).toEqual(new Set([STABLE.key]));
});

test('on mirrored traffic no user ever meets the faulty copy, and the alias never moves', async () => {
  const world = new World();
  world.gates['shadow'] = 'fail';
  await held(world);
  expect(world.routes.map(({ arms }) => arms)).toEqual(world.routes.map(() => wholeRoute(STABLE.key).arms));
  expect(world.routes[0]?.mirrors).toEqual([{ version: COPY, percent: 100 }]);
  expect(world.alias).toBe(STABLE.version);
});

test('with live traffic the copy gets the stated share and no more', async () => {
  const world = new World();
  world.gates['canary-1'] = 'fail';
  expect(await held(world, { weight: 100, fault: 'dead' })).toMatchObject({ passed: true });
  const weights = world.routes.map(({ arms }) => arms.find(({ version }) => version === COPY)?.weight ?? 0);
  expect(weights).toEqual([100, 0]);
});

test('a gate that lets the fault pass has failed the drill: people are told, and the copy is gone all the same', async () => {
  const world = new World();
  const result = await held(world);
  expect(result).toMatchObject({ passed: false, reason: 'DrillFailed', detail: 'the gate let the fault pass' });
  expect(world.notices).toEqual(['DrillFailed']);
  expect(world.route).toEqual(wholeRoute(STABLE.key));
  expect(world.deployed).toEqual(new Set([STABLE.key]));
});

test('a gate that finds nothing in time has failed the drill', async () => {
  const world = new World();
  world.gates['shadow'] = 'inconclusive';
  expect(await held(world)).toMatchObject({ passed: false, reason: 'DrillFailed' });
});

test('a way back that does not get through has failed the drill, and people are told before it does', async () => {
  const world = new World();
  world.gates['shadow'] = 'fail';
  let mended = false;
  world.before = (activity, step) => {
    mended ||= activity === 'sendAlert' && step === 'DrillFailed';
    if (activity === 'restoreTraffic' && !mended) throw failure('NotReady', 'the way back was broken on purpose');
  };
  const result = await held(world);
  expect(result).toMatchObject({ passed: false, reason: 'DrillFailed' });
  expect(result.detail).toMatch(/later than 2m$/);
  expect(world.notices).toContain('DrillFailed');
  expect(world.route).toEqual(wholeRoute(STABLE.key));
});

test('a copy that cannot be had proves nothing either way: people are told what was in the way, and not of a fault missed', async () => {
  const world = new World();
  world.before = (activity) => {
    if (activity === 'buildVersion') throw failure('CandidateBroken', 'no memory is left');
  };
  const result = await held(world);
  expect(result).toMatchObject({ passed: null, outcome: 'rolled_back', reason: 'DrillNotHeld' });
  expect(world.ledger.at(-1)).toMatchObject({ reason: 'DrillNotHeld', detail: { passed: null } });
  expect(world.alerts.map(({ name }) => name)).toEqual(['DrillFailed']);
  expect(world.alerts[0]?.summary).toMatch(/rehearsal of rollback could not be held: buildVersion: no memory is left/);
  expect(world.deployed).toEqual(new Set([STABLE.key]));
});

test('whatever a drill has left open with those who keep a list of incidents is told to have ended with it', async () => {
  const world = new World();
  world.gates['shadow'] = 'error';
  world.receivers = [{ alertmanager: 'http://alertmanager:9093' }];
  await held(world);
  expect(world.notices).toEqual(['DrillFailed', 'incidents ended']);
});

test('whoever follows a drill is told of that one, also once another has been held since', async () => {
  const world = new World();
  world.gates['shadow'] = 'fail';
  const place = { target: 'local', endpoint: freshEndpoint() };
  await withWorkers(env, world, async (client) => {
    const first = await client.workflow.start('drill', drillOptions(place));
    await first.result();
    world.gates['shadow'] = 'pass';
    await (await client.workflow.start('drill', drillOptions(place))).result();
    const { firstExecutionRunId: runId } = first;
    for await (const seen of follow(client, place, runId))
      expect(seen).toMatchObject({ runId, close: { result: { passed: true } } });
  });
});

test('an aborted drill proves nothing and condemns nothing', async () => {
  const world = new World();
  world.gates['shadow'] = 'watch';
  const result = await held(world, {}, async (handle) => {
    await vi.waitFor(async () => expect((await handle.query(statusQuery)).phase).toBe('shadow'), { timeout: 20_000 });
    await vi.waitFor(() => expect(world.route.mirrors).toHaveLength(1), { timeout: 20_000 });
    await handle.signal('abort', { by: 'ada', reason: 'not now' });
  });
  expect(result).toMatchObject({ passed: null, outcome: 'aborted', reason: 'AbortedByHand' });
  expect(world.notices).toEqual([]);
  expect(world.route).toEqual(wholeRoute(STABLE.key));
});

type Handle = Awaited<ReturnType<Client['workflow']['start']>>;

async function held(
  world: World,
  input: Partial<DrillInput> = {},
  act: (handle: Handle) => Promise<void> = () => Promise.resolve(),
): Promise<DrillResult> {
  return withWorkers(env, world, async (client) => {
    const options = drillOptions({ target: 'local', endpoint: freshEndpoint(), by: 'ada', ...input });
    const handle = await client.workflow.start('drill', options);
    await act(handle);
    return (await handle.result()) as DrillResult;
  });
}
