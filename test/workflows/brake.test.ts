import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Outcome } from '../../domain/outcome.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import type { RolloutStatus } from '../../domain/rollout-state.ts';
import { wholeRoute } from '../../domain/route.ts';
import { statusQuery } from '../../workflows/messages.ts';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';
import { Worlds } from '../support/worlds.ts';

/** A moment of a rollout's life at which someone pulls the brake. */
interface Moment {
  readonly arrange: (world: World) => void;
  readonly spec?: Partial<RolloutSpec>;
  readonly reached: (status: RolloutStatus) => boolean;
  readonly prepare?: (handle: RolloutHandle) => Promise<void>;
  /** What was decided before the abort came stands. */
  readonly decided?: Outcome;
}

const MOMENTS: Record<string, Moment> = {
  preflight: { arrange: holdAt('preflight'), reached: inPhase('preflight') },
  build: { arrange: holdAt('build'), reached: inPhase('build') },
  validate: { arrange: holdAt('validate'), reached: inPhase('validate') },
  shadow: { arrange: watchAt('shadow'), reached: inPhase('shadow') },
  canary: { arrange: watchAt('canary-10'), reached: (status) => status.desiredWeight === 1_000 },
  'a step of the canary under way': { arrange: holdAt('canary-10'), reached: (status) => status.desiredWeight === 500 },
  'a paused canary': {
    arrange: watchAt('canary-5'),
    reached: (status) => status.paused,
    prepare: (handle) => handle.signal('pause'),
  },
  'a pause before any traffic': {
    arrange: () => undefined,
    reached: (status) => status.paused && status.phase === 'build',
    prepare: (handle) => handle.signal('pause'),
  },
  'waiting for approval': {
    arrange: () => undefined,
    spec: { approval: ['full'] },
    reached: (status) => status.waitingFor === 'full',
  },
  'full, before the alias moved': { arrange: holdAt(CANDIDATE.version), reached: inPhase('full') },
  soak: { arrange: watchAt('soak'), reached: inPhase('soak') },
  rollback: {
    arrange: (world) => {
      world.gates['canary-10'] = 'fail';
      holdAt('rollback')(world);
    },
    reached: inPhase('rollback'),
    decided: 'rolled_back',
  },
};

/** What the Web UI, a script or a slip of the hand may send along. */
const INPUTS: unknown[][] = [[], [null], [{}], ['wrong model'], [7], [[]], [{ by: 7, reason: {} }], [{ by: 'ada' }, 1]];

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

test('an abort with any input ends a rollout at every moment, with workers up, and waits for no step under way', async () => {
  const worlds = new Worlds();
  const runs = arrange(worlds);
  await withWorkers(env, worlds, async (client) => {
    await Promise.all(
      runs.map(async (run) => {
        const handle = await begin(client, run);
        await brake(handle, run.input);
        // The way back itself is waited for.
        if (run.moment.decided) run.world.release();
        await expectUndone(handle, run);
      }),
    );
    for (const { world } of runs) world.release();
  });
});

test('an abort that is sent while no worker is up is carried out by the next one', async () => {
  const worlds = new Worlds();
  const runs = arrange(worlds);
  const handles = await withWorkers(env, worlds, (client) => Promise.all(runs.map((run) => begin(client, run))));
  const untouched = runs.map(({ world }) => world.route);
  await Promise.all(handles.map((handle, index) => brake(handle, runs[index]?.input ?? [])));
  expect(runs.map(({ world }) => world.route)).toEqual(untouched);
  for (const { world } of runs) world.release();
  await withWorkers(env, worlds, () =>
    Promise.all(handles.map((handle, index) => expectUndone(handle, runs[index] as Arranged))),
  );
});

interface Arranged {
  readonly name: string;
  readonly moment: Moment;
  readonly world: World;
  readonly endpoint: string;
  readonly input: unknown[];
}

function arrange(worlds: Worlds): Arranged[] {
  return Object.entries(MOMENTS).map(([name, moment], index) => {
    const endpoint = freshEndpoint();
    const world = worlds.add(endpoint, new World());
    moment.arrange(world);
    return { name, moment, world, endpoint, input: INPUTS[index % INPUTS.length] ?? [] };
  });
}

/** Starts a rollout and brings it to its moment. */
async function begin(client: Client, { name, moment, endpoint }: Arranged): Promise<RolloutHandle> {
  const handle = await startRollout(client, { endpoint, ...moment.spec });
  await moment.prepare?.(handle);
  const look = async () => expect(moment.reached(await handle.query(statusQuery)), `reaches ${name}`).toBe(true);
  await vi.waitFor(look, { timeout: 30_000, interval: 50 });
  return handle;
}

/** Twice, as people do. */
async function brake(handle: RolloutHandle, input: unknown[]): Promise<void> {
  await handle.signal('abort', ...(input as [object]));
  await handle.signal('abort', ...(input as [object]));
}

async function expectUndone(handle: RolloutHandle, { name, moment, world }: Arranged): Promise<void> {
  const result = await handle.result();
  expect(result.outcome, name).toBe(moment.decided ?? 'aborted');
  expect(world.route, name).toEqual(wholeRoute(STABLE.key));
  expect(world.alias, name).toBe(STABLE.version);
  expect([...world.deployed], name).toEqual([STABLE.key]);
  const { ledger } = world;
  expect(ledger.map(({ rolloutSequence }) => rolloutSequence)).toEqual(ledger.map((_, at) => at + 1));
  if (!moment.decided && name !== 'preflight')
    expect(
      ledger.filter(({ reason }) => reason === 'AbortedByHand'),
      name,
    ).toHaveLength(1);
}

function inPhase(phase: RolloutStatus['phase']): Moment['reached'] {
  return (status) => status.phase === phase;
}

function watchAt(gate: string): Moment['arrange'] {
  return (world) => void (world.gates[gate] = 'watch');
}

/** The step hangs until the world is released, or its worker is stopped. */
function holdAt(step: string): Moment['arrange'] {
  return (world) => {
    world.before = (_activity, at) =>
      at === step ? Promise.race([world.released, Context.current().cancelled]) : undefined;
  };
}
