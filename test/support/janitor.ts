import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, vi } from 'vitest';
import { ensureJanitor, JANITOR } from '../../client/stack/janitor-schedule.ts';

type Env = Pick<TestWorkflowEnvironment, 'connection' | 'client' | 'namespace'>;

/** Sets off a round of the schedule, as time would, and waits for what it reports. */
export async function janitorRuns({ connection, client, namespace = 'default' }: Env): Promise<unknown> {
  await ensureJanitor(connection, namespace);
  const schedule = client.schedule.getHandle(JANITOR);
  const before = (await schedule.describe()).info.numActionsTaken;
  // Behind a round that the minute has just begun, which may have looked already.
  await schedule.trigger('BUFFER_ONE');
  const begun = await vi.waitFor(
    async () => {
      const { info } = await schedule.describe();
      expect(info.numActionsTaken).toBeGreaterThan(before);
      const last = info.recentActions.at(-1);
      if (last?.action.type !== 'startWorkflow') throw new Error('no run has begun');
      return last.action.workflow;
    },
    { timeout: 30_000, interval: 50 },
  );
  return client.workflow.getHandle(begun.workflowId, begun.firstExecutionRunId).result();
}
