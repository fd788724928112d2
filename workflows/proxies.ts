import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { TASK_QUEUES } from './messages.ts';

/**
 * One proxy per profile of time limits. The limits of heartbeats are how soon the step of a worker that died is tried again
 * (worker/pulse.ts). All that rollouts do is TRY_CANCEL: an abort waits for none
 * of it, since whatever a late attempt still does to a route is refused by the fence.
 */
const cancellationType = ActivityCancellationType.TRY_CANCEL;

/** Short reads and writes: registry, preflight. */
export const quick = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.workflows,
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '30m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '20s' },
  cancellationType,
});

/** What must happen in the end, however long PostgreSQL or MLflow are away. */
export const persistent = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.workflows,
  startToCloseTimeout: '1m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '20s' },
  cancellationType,
});

/** Forward steps of the route. */
export const traffic = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.traffic,
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '5m',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
  cancellationType,
});

/** The way back: never given up. */
export const restoring = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.traffic,
  startToCloseTimeout: '30s',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '200ms', backoffCoefficient: 1.5, maximumInterval: '5s' },
  cancellationType,
});

/** Builds and validations: long, with a heartbeat; the plan says how long they may take in all. */
export const jobs = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.build,
  startToCloseTimeout: '6h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
  cancellationType,
});

/** Training: cancelling waits until the job and all that it started has ended. Jobs keep time limits of their own. */
export const training = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.build,
  startToCloseTimeout: '30d',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Gate watching; every call adds its own limits from the plan. */
export const watching = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.watch,
  startToCloseTimeout: '8d',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
  cancellationType,
});

/** The janitor's round over every endpoint. */
export const housekeeping = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.workflows,
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '15m',
  heartbeatTimeout: '1m',
  retry: { initialInterval: '1s', maximumInterval: '20s' },
  cancellationType,
});
