import type { WorkerOptions } from '@temporalio/worker';
import { TASK_QUEUES } from '../workflows/messages.ts';

export type Slots = Pick<
  WorkerOptions,
  | 'taskQueue'
  | 'maxConcurrentActivityTaskExecutions'
  | 'maxConcurrentWorkflowTaskExecutions'
  | 'maxCachedWorkflows'
  | 'maxConcurrentActivityTaskPolls'
  | 'maxConcurrentWorkflowTaskPolls'
  | 'nonStickyToStickyPollRatio'
  | 'stickyQueueScheduleToStartTimeout'
>;

/**
 * Rollouts whose state is kept between their tasks, at up to 2 MB each. One that is not is read again from its history in some
 * 20 ms, and most rollouts have nothing to do for a quarter of an hour at a time.
 */
const CACHED = 40;

/**
 * Each queue has slots of its own, so that neither builds nor a hundred watchers can delay an abort.
 *
 * Watching is nearly all waiting, so its slots are many; builds are heavy, so theirs are few.
 */
export const WORKFLOW_QUEUE: Slots = {
  taskQueue: TASK_QUEUES.workflows,
  maxConcurrentWorkflowTaskExecutions: 40,
  // How long an abort waits for a worker that was killed, before another one may take it up; 10 s where nothing is said.
  stickyQueueScheduleToStartTimeout: '2s',
  maxCachedWorkflows: CACHED,
  // Five of them ask for what no worker has in mind, one more than Temporal has partitions of a queue: with the default of two
  // it took a minute until what a killed worker had left was under way again.
  maxConcurrentWorkflowTaskPolls: 20,
  nonStickyToStickyPollRatio: 0.25,
  maxConcurrentActivityTaskExecutions: 40,
};

export const ACTIVITY_QUEUES: readonly Slots[] = [
  { taskQueue: TASK_QUEUES.traffic, maxConcurrentActivityTaskExecutions: 40 },
  { taskQueue: TASK_QUEUES.watch, maxConcurrentActivityTaskExecutions: 2_000, maxConcurrentActivityTaskPolls: 5 },
  { taskQueue: TASK_QUEUES.build, maxConcurrentActivityTaskExecutions: 4, maxConcurrentActivityTaskPolls: 2 },
];
