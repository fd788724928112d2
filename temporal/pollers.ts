import type { Client } from '@temporalio/client';

/** A poller that has not asked for this long is gone: a worker asks at least once a minute. */
const POLLER_MS = 90_000;
const WORKFLOW_QUEUE_TYPE = 1;

/** Whether a worker asks for workflow tasks of a queue. */
export async function isPolled(client: Client, taskQueue: string): Promise<boolean> {
  const { namespace } = client.options;
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOW_QUEUE_TYPE,
  });
  return (pollers ?? []).some(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 > Date.now() - POLLER_MS,
  );
}
