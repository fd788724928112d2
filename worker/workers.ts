import type { NativeConnection, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import { pulse } from './pulse.ts';
import { ACTIVITY_QUEUES, WORKFLOW_QUEUE, type Slots } from './queues.ts';

/** How long running activities get to hand over before the process goes. */
const SHUTDOWN_GRACE = '5s';

/** How soon an activity hears that it is cancelled; Temporal's default would let one go on for 24 s. */
const HEARTBEAT_THROTTLE = '2s';

const QUEUES = { workflow: WORKFLOW_QUEUE, activity: ACTIVITY_QUEUES };

/** One worker a task queue, all in this process and on one connection. */
export async function createWorkers(options: {
  connection: NativeConnection;
  namespace: string;
  workflowBundle: WorkflowBundleOption;
  activities: Activities;
  /** What all workers share beyond that: codec, interceptors, the deployment's version. */
  extra?: Pick<WorkerOptions, 'dataConverter' | 'interceptors' | 'workerDeploymentOptions'>;
  /** Other slots than production's; for tests. */
  queues?: { readonly workflow: Slots; readonly activity: readonly Slots[] };
}): Promise<Worker[]> {
  const { connection, namespace, workflowBundle, activities, extra, queues = QUEUES } = options;
  const shared = {
    ...extra,
    interceptors: { ...extra?.interceptors, activity: [pulse, ...(extra?.interceptors?.activity ?? [])] },
    connection,
    namespace,
    activities,
    shutdownGraceTime: SHUTDOWN_GRACE,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
  };
  return Promise.all([
    Worker.create({ ...shared, ...queues.workflow, workflowBundle }),
    ...queues.activity.map((queue) => Worker.create({ ...shared, ...queue })),
  ]);
}
