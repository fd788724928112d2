import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ackSignal, MEMO, monitorStatusQuery } from '../../workflows/messages.ts';
import { ERRORS, startMonitor, type MonitorHandle } from '../support/monitors.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

// A server of its own: it skips time only while nothing else is under way.
let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

const WINDOW_MS = 12 * 3_600_000;
const YEAR = 730;
const UNTIL_PAUSE = 450;
const PAUSED = 200;

/** Every run takes as many windows as every other: shorter windows make a year more runs, and no longer ones. */
test(
  'over a year of windows no history nears 5,000 events, and incidents, acknowledgement and pause go along',
  { timeout: 300_000 },
  async () => {
    const world = new World();
    Object.assign(world, { monitored: { window: '12h', escalateAfter: '7d' }, findings: [ERRORS] });
    await withWorkers(env, world, async (client) => {
      const handle = await startMonitor(client);
      await env.sleep(2 * WINDOW_MS);
      await vi.waitFor(() => expect(world.alerts).toHaveLength(1));
      await handle.signal(ackSignal, { by: 'ada', incident: 'errors-1' });
      await env.sleep((UNTIL_PAUSE - 2) * WINDOW_MS);
      const newest = client.workflow.getHandle(handle.workflowId) as MonitorHandle;
      await newest.signal('pause', { by: 'ada' });
      await env.sleep(PAUSED * WINDOW_MS);
      const status = await newest.query(monitorStatusQuery);
      expect(status).toMatchObject({
        paused: { by: 'ada' },
        incidents: [{ id: 'errors-1', acknowledged: { by: 'ada' } }],
      });
      const { memo } = await newest.describe();
      expect(memo?.[MEMO.incidents]).toEqual([{ kind: 'errors', severity: 'critical', acknowledged: true, open: 1 }]);
      expect(world.alerts).toHaveLength(1);
      await newest.signal('resume', { by: 'ada' });
      await vi.waitFor(() => expect(world.ledger.at(-1)?.reason).toBe('WatchResumed'), { timeout: 30_000 });
      expect(world.ledger.map(({ rolloutSequence, reason }) => `${rolloutSequence} ${reason}`)).toEqual([
        ...['1 IncidentOpened', '2 IncidentAcknowledged', '3 WatchPaused', '4 WatchResumed'],
      ]);
      await env.sleep((YEAR - UNTIL_PAUSE - PAUSED + 1) * WINDOW_MS);
      expect((await newest.query(monitorStatusQuery)).windows).toBeGreaterThanOrEqual(YEAR - 1);
      expect(world.alerts).toHaveLength(1);
      await newest.terminate();
      const runs = await historiesOf(client, handle);
      expect(runs.length).toBeGreaterThanOrEqual(3);
      expect(Math.max(...runs)).toBeLessThan(5_000);
    });
  },
);

/** Events of every run, oldest first. */
async function historiesOf(client: Client, handle: MonitorHandle): Promise<number[]> {
  const lengths: number[] = [];
  for (let runId: string | null | undefined = handle.firstExecutionRunId; runId;) {
    const { events } = await client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
    lengths.push(events?.length ?? 0);
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return lengths;
}
