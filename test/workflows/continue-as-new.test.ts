import { Context } from '@temporalio/activity';
import { WorkflowUpdateFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import * as fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import type { RolloutInput } from '../../domain/rollout-state.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { wholeRoute } from '../../domain/route.ts';
import { approveUpdate, promoteUpdate, statusQuery, TASK_QUEUES } from '../../workflows/messages.ts';
import type { rollout } from '../../workflows/index.ts';
import { readHistory } from '../replay/histories.ts';
import { startRollout } from '../support/rollouts.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';
import { Worlds } from '../support/worlds.ts';

let env: TestWorkflowEnvironment;
/** How many windows of a soak there are before it continues as new. */
let boundary: number;

beforeAll(async () => {
  // A server that asks for it after few events spares the test a hundred windows each time.
  env = await startLocalTemporal(['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=100']);
  boundary = await windowsOfFirstRun();
});
afterAll(() => env.teardown());

const SEED = 20_261_124;
const SHORT: Partial<RolloutSpec> = { validate: false, shadow: false, canary: { steps: [] } };

/** The newest run's, whichever that is when it is asked. */
type Handle = WorkflowHandle<typeof rollout>;

/** When a message is sent: as a window of the soak is about to end, counted from the last one of its run, or so long after it has ended. */
interface Moment {
  readonly window: number;
  readonly afterMs: number | null;
}

const MOMENTS: readonly Moment[] = [
  // The message and the last verdict come in one task; the message comes while that task runs; and right after it.
  { window: 0, afterMs: null },
  { window: 0, afterMs: 0 },
  { window: 1, afterMs: null },
  ...fc.sample(
    fc.record({ window: fc.integer({ min: -1, max: 1 }), afterMs: fc.option(fc.integer({ min: 0, max: 12 })) }),
    { seed: SEED, numRuns: 7 },
  ),
];

const KINDS = {
  abort: async (handle, world) => {
    expect(await handle.result()).toMatchObject({ outcome: 'aborted', reason: 'AbortedByHand' });
    expectServing(world, STABLE);
  },
  cancel: async (handle, world) => {
    await expect(handle.result()).rejects.toThrow('Workflow execution cancelled');
    expectServing(world, STABLE);
  },
  supersede: async (handle, world) => {
    expect(await handle.result()).toMatchObject({ outcome: 'promoted' });
    expect(reasons(world)).toContain('SoakEndedEarly');
    expectServing(world, CANDIDATE);
  },
  pause: async (handle, world) => {
    await continued(handle);
    expect(await handle.query(statusQuery)).toMatchObject({
      paused: true,
      phase: 'soak',
      desiredWeight: 10_000,
      route: world.route,
    });
    await handle.signal('resume');
    await handle.signal('supersede');
    expect(await handle.result()).toMatchObject({ outcome: 'promoted' });
    expect(reasons(world).filter((reason) => reason === 'Paused' || reason === 'Resumed')).toEqual([
      'Paused',
      'Resumed',
    ]);
  },
  // Nothing in a soak waits for a person: an answer is refused, and never lost on the way.
  updates: async (handle) => {
    await handle.signal('supersede');
    expect(await handle.result()).toMatchObject({ outcome: 'promoted' });
  },
} satisfies Record<string, (handle: Handle, world: World) => Promise<void>>;

type Kind = keyof typeof KINDS;

const SENDERS: Record<Kind, (handle: Handle) => Promise<void>> = {
  abort: (handle) => handle.signal('abort'),
  cancel: async (handle) => void (await handle.cancel()),
  supersede: (handle) => handle.signal('supersede'),
  pause: (handle) => handle.signal('pause'),
  updates: async (handle) => {
    const answers = await Promise.allSettled([
      handle.executeUpdate(promoteUpdate, { args: [{ by: 'ada' }] }),
      handle.executeUpdate(approveUpdate, { args: [{ gate: 'soak' }] }),
    ]);
    const types = answers.map((answer) => answer.status === 'rejected' && typeOf(answer.reason));
    expect(types).toEqual(['InvalidPromotion', 'InvalidApproval']);
  },
};

test.each(Object.keys(KINDS) as Kind[])('%s is heard, whenever around continue-as-new it comes', async (kind) => {
  const worlds = new Worlds();
  const cases = MOMENTS.map((moment) => ({ moment, endpoint: freshEndpoint(), world: new World() }));
  for (const { endpoint, world } of cases) worlds.add(endpoint, world);
  await withWorkers(env, worlds, async (client) => {
    await Promise.all(
      cases.map(async ({ moment, endpoint, world }) => {
        const handle = await soakUntil(client, world, endpoint, moment, SENDERS[kind]);
        await KINDS[kind](handle, world).catch((error: unknown) => {
          throw new Error(`${kind} at ${JSON.stringify({ seed: SEED, ...moment })}`, { cause: error });
        });
        const numbers = world.ledger.map(({ rolloutSequence }) => rolloutSequence);
        expect(numbers).toEqual(numbers.map((_, at) => at + 1));
      }),
    );
  });
});

test.each([
  ['supersede', { outcome: 'promoted' }, CANDIDATE],
  ['abort', { outcome: 'aborted', reason: 'AbortedByHand' }, STABLE],
] as const)(
  '%s is heard by a run that has not begun yet, on what an earlier release carried',
  async (signal, end, version) => {
    const world = new World();
    const input = await carriedInput();
    world.put({ epoch: 1, sequence: 1 }, wholeRoute(CANDIDATE.key));
    world.alias = CANDIDATE.version;
    await withWorkers(env, world, async (client) => {
      const handle = await client.workflow.signalWithStart<typeof rollout>('rollout', {
        workflowId: rolloutWorkflowId('local', freshEndpoint()),
        taskQueue: TASK_QUEUES.workflows,
        args: [input],
        signal,
      });
      expect(await handle.result()).toMatchObject(end);
    });
    expectServing(world, version);
  },
);

test('a pause may outlast the soak and its history; the rollout ends with it', async () => {
  const world = new World();
  await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { ...SHORT, soak: { duration: '50ms', window: '5ms' } });
    world.before = (activity) => (activity === 'moveAlias' ? handle.signal('pause') : undefined);
    await continued(handle);
    expect(await handle.query(statusQuery)).toMatchObject({ phase: 'soak', paused: true });
    await handle.signal('resume');
    expect(await handle.result()).toMatchObject({ outcome: 'promoted' });
  });
  expect(reasons(world)).toContain('SoakPassed');
});

const WAIT = { timeout: 50_000, interval: 50 };

/** Runs a rollout through its soak up to a moment, and sends the message then. */
async function soakUntil(
  client: Client,
  world: World,
  endpoint: string,
  { window, afterMs }: Moment,
  send: (handle: Handle) => Promise<void>,
): Promise<Handle> {
  const sent = Promise.withResolvers<void>();
  const started = Promise.withResolvers<Handle>();
  const say = async (wait: number) => {
    const handle = await started.promise;
    if (wait > 0) await delay(wait);
    await send(handle).then(sent.resolve, sent.reject);
  };
  let windows = 0;
  afterWindow(world, async () => {
    if (++windows !== boundary + window) return;
    const saying = say(afterMs ?? 0);
    // An update's answer waits for the task that this window's end begins.
    if (afterMs === null) await Promise.race([saying, delay(100)]);
  });
  const { workflowId } = await startRollout(client, { ...SHORT, endpoint, soak: { duration: '10m', window: '2ms' } });
  const handle: Handle = client.workflow.getHandle(workflowId);
  started.resolve(handle);
  await sent.promise;
  return handle;
}

/** What the recorded soak handed to its next run, with time left. */
async function carriedInput(): Promise<RolloutInput> {
  const { events } = await readHistory('continued-soak-1.0.1.0.json');
  const payload = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.input.payloads[0];
  const input = JSON.parse(Buffer.from(payload?.data ?? '', 'base64').toString()) as Required<RolloutInput>;
  const soak = { ...input.carried.soak, deadline: Date.now() + 60_000 };
  return { ...input, carried: { ...input.carried, soak } };
}

async function windowsOfFirstRun(): Promise<number> {
  const world = new World();
  const runs: string[] = [];
  const next = Promise.withResolvers<void>();
  afterWindow(world, async () => {
    runs.push(Context.current().info.workflowExecution?.runId ?? '');
    if (runs.at(-1) !== runs[0]) next.resolve();
  });
  await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { ...SHORT, soak: { duration: '10m', window: '2ms' } });
    await next.promise;
    await handle.signal('abort');
    await handle.result();
  });
  return runs.filter((run) => run === runs[0]).length;
}

/** Runs `then` before a window's verdict is handed over. */
function afterWindow({ activities }: World, then: () => Promise<void>): void {
  const { watchGate } = activities;
  Object.assign(activities, {
    watchGate: async (request: Parameters<typeof watchGate>[0]) => {
      const result = await watchGate(request);
      if (request.mode === 'window') await then();
      return result;
    },
  });
}

async function continued(handle: Handle): Promise<void> {
  await vi.waitFor(async () => {
    const { raw, runId } = await handle.describe();
    expect(raw.workflowExecutionInfo?.firstRunId).not.toBe(runId);
  }, WAIT);
}

function expectServing(world: World, version: typeof STABLE): void {
  expect(world.route).toEqual(wholeRoute(version.key));
  expect(world.alias).toBe(version.version);
}

function reasons(world: World): string[] {
  return world.ledger.map(({ reason }) => reason);
}

function typeOf(error: unknown): unknown {
  return error instanceof WorkflowUpdateFailedError && (error.cause as { type?: unknown } | undefined)?.type;
}
