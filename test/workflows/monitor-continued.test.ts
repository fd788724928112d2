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

const HOUR_MS = 3_600_000;
const WINDOWS = 450;

/** Every run takes as many windows as every other, so that a year is more runs, and no longer ones. */
test(
  'over several runs of hourly windows no history nears 5,000 events, and incidents, acknowledgement and pause go along',
  { timeout: 300_000 },
  async () => {
    const world = new World();
    Object.assign(world, { monitored: { window: '1h', escalateAfter: '7d' }, findings: [ERRORS] });
    await withWorkers(env, world, async (client) => {
      const handle = await startMonitor(client);
      await env.sleep(2 * HOUR_MS);
      await vi.waitFor(() => expect(world.alerts).toHaveLength(1));
      await handle.signal(ackSignal, { by: 'ada', incident: 'errors-1' });
      await env.sleep((WINDOWS - 4) * HOUR_MS);
      const newest = client.workflow.getHandle(handle.workflowId) as MonitorHandle;
      await newest.signal('pause', { by: 'ada' });
      await env.sleep(200 * HOUR_MS);
      const status = await newest.query(monitorStatusQuery);
      expect(status).toMatchObject({
        paused: { by: 'ada' },
        incidents: [{ id: 'errors-1', acknowledged: { by: 'ada' } }],
      });
      expect(status.windows).toBeGreaterThan(WINDOWS);
      const { memo } = await newest.describe();
      expect(memo?.[MEMO.incidents]).toEqual([{ kind: 'errors', severity: 'critical', acknowledged: true, open: 1 }]);
      expect(world.alerts).toHaveLength(1);
      await newest.signal('resume', { by: 'ada' });
      await vi.waitFor(() => expect(world.ledger.at(-1)?.reason).toBe('WatchResumed'), { timeout: 30_000 });
      expect(world.ledger.map(({ rolloutSequence, reason }) => `${rolloutSequence} ${reason}`)).toEqual([
        ...['1 IncidentOpened', '2 IncidentAcknowledged', '3 WatchPaused', '4 WatchResumed'],
      ]);
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
