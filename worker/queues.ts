import type { WorkerOptions } from '@temporalio/worker';
import { TASK_QUEUES } from '../workflows/messages.ts';

type Slots = Pick<
  WorkerOptions,
  | 'taskQueue'
  | 'maxConcurrentActivityTaskExecutions'
  | 'maxConcurrentWorkflowTaskExecutions'
  | 'maxCachedWorkflows'
  | 'maxConcurrentActivityTaskPolls'
>;

/**
 * Each queue has slots of its own, so that neither builds nor a hundred watchers can delay an abort.
 *
 * Watching is nearly all waiting, so its slots are many; builds are heavy, so theirs are few.
 */
export const WORKFLOW_QUEUE: Slots = {
  taskQueue: TASK_QUEUES.workflows,
  maxConcurrentWorkflowTaskExecutions: 40,
  maxCachedWorkflows: 100,
  maxConcurrentActivityTaskExecutions: 40,
};

export const ACTIVITY_QUEUES: readonly Slots[] = [
  { taskQueue: TASK_QUEUES.traffic, maxConcurrentActivityTaskExecutions: 40 },
  { taskQueue: TASK_QUEUES.watch, maxConcurrentActivityTaskExecutions: 1_000, maxConcurrentActivityTaskPolls: 5 },
  { taskQueue: TASK_QUEUES.build, maxConcurrentActivityTaskExecutions: 4, maxConcurrentActivityTaskPolls: 2 },
];
