import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

// A server of its own: it skips time only while nothing else is under way.
let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

const DAY_MS = 24 * 60 * 60 * 1_000;
const WINDOWS = (30 * 24 * 60) / 15;

test(
  'a soak of 30 days ends promoted, and no history of it grows beyond 5,000 events',
  { timeout: 300_000 },
  async () => {
    const world = new World();
    let windows = 0;
    skipWindows(world, () => windows++);
    await withWorkers(env, world, async (client) => {
      const handle = await startRollout(client, { shadow: false, canary: { steps: [] }, soak: { duration: '30d' } });
      expect(await handle.result()).toMatchObject({ outcome: 'promoted' });
      const runs = await historiesOf(client, handle);
      expect(windows).toBe(WINDOWS);
      expect(runs.length).toBe(WINDOWS / 96);
      expect(Math.max(...runs.map(({ events }) => events))).toBeLessThan(5_000);
      expect(runs.reduce((sum, { ms }) => sum + ms, 0)).toBeGreaterThanOrEqual(30 * DAY_MS);
    });
    expect(world.ledger.map(({ rolloutSequence }) => rolloutSequence)).toEqual(world.ledger.map((_, at) => at + 1));
  },
);

/** A window is one wait for the next attempt: the server skips that, while a running activity would hold time up. */
function skipWindows({ activities }: World, count: () => void): void {
  const { watchGate } = activities;
  Object.assign(activities, {
    watchGate: async (request: Parameters<typeof watchGate>[0]) => {
      if (request.mode !== 'window') return watchGate(request);
      if (Context.current().info.attempt === 1) {
        const nextRetryDelay = request.limitMs ?? 0;
        throw ApplicationFailure.create({ message: 'the window is not over', type: 'NotOver', nextRetryDelay });
      }
      count();
      return watchGate({ ...request, limitMs: 0 });
    },
  });
}

async function historiesOf(client: Client, handle: RolloutHandle): Promise<{ events: number; ms: number }[]> {
  const runs: { events: number; ms: number }[] = [];
  for (let runId: string | null = handle.firstExecutionRunId; runId !== null;) {
    const events = await eventsOf(client.workflow.getHandle(handle.workflowId, runId));
    const last = events.at(-1);
    runs.push({ events: events.length, ms: timeOf(last) - timeOf(events[0]) });
    runId = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? null;
  }
  return runs;
}

async function eventsOf(handle: WorkflowHandle) {
  return (await handle.fetchHistory()).events ?? [];
}

function timeOf(event: Awaited<ReturnType<typeof eventsOf>>[number] | undefined): number {
  return Number(event?.eventTime?.seconds ?? 0) * 1_000;
}
