import { ScheduleAlreadyRunning, ScheduleClient, ScheduleOverlapPolicy, type Connection } from '@temporalio/client';
import { dataConverter } from '../../temporal/data-converter.ts';
import { TASK_QUEUES } from '../../workflows/messages.ts';

/** The schedule's id, and what the ids of its runs begin with. */
export const JANITOR = 'janitor';

/**
 * Has Temporal start the janitor every minute; what a person changed about the schedule, such as a pause, stays.
 *
 * @returns whether it was made now
 */
export async function ensureJanitor(
  connection: Connection,
  namespace: string,
  every = '1m' as const,
): Promise<boolean> {
  const schedules = new ScheduleClient({ connection, namespace, dataConverter: dataConverter() });
  try {
    await schedules.create({
      scheduleId: JANITOR,
      spec: { intervals: [{ every }] },
      action: { type: 'startWorkflow', workflowType: 'janitor', workflowId: JANITOR, taskQueue: TASK_QUEUES.workflows },
      // A round that takes longer than the interval is not joined by another, and what was missed is not made up for.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    });
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}
