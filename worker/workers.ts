import type { NativeConnection, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import { ACTIVITY_QUEUES, WORKFLOW_QUEUE } from './queues.ts';

/** How long running activities get to hand over before the process goes. */
const SHUTDOWN_GRACE = '5s';

/** How soon an activity hears that it is cancelled; Temporal's default would let one go on for 24 s. */
const HEARTBEAT_THROTTLE = '2s';

/** One worker a task queue, all in this process and on one connection. */
export async function createWorkers(options: {
  connection: NativeConnection;
  namespace: string;
  workflowBundle: WorkflowBundleOption;
  activities: Activities;
  /** What all workers share beyond that: codec, interceptors, the deployment's version. */
  extra?: Pick<WorkerOptions, 'dataConverter' | 'interceptors' | 'workerDeploymentOptions'>;
}): Promise<Worker[]> {
  const { connection, namespace, workflowBundle, activities, extra } = options;
  const shared = {
    ...extra,
    connection,
    namespace,
    activities,
    shutdownGraceTime: SHUTDOWN_GRACE,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
  };
  return Promise.all([
    Worker.create({ ...shared, ...WORKFLOW_QUEUE, workflowBundle }),
    ...ACTIVITY_QUEUES.map((queue) => Worker.create({ ...shared, ...queue })),
  ]);
}
