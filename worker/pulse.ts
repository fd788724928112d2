import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { TASK_QUEUES } from '../workflows/messages.ts';

/** Short activities end before the first beat, and so cost no call. */
const EVERY_MS = 1_000;

/** Builds and watches beat on their own and tell what they are at, as do steps with a longer limit. */
const QUEUES: readonly string[] = [TASK_QUEUES.workflows, TASK_QUEUES.traffic];
const LONGEST_LIMIT_MS = 10_000;

/**
 * Tells Temporal that short activities live, so that those of a worker that died are tried again within seconds and not
 * after all the time that they may take.
 */
export const pulse: ActivityInterceptorsFactory = (context) => ({
  inbound: {
    async execute(input, next) {
      const { heartbeatTimeoutMs = Infinity, taskQueue } = context.info;
      if (heartbeatTimeoutMs > LONGEST_LIMIT_MS || !QUEUES.includes(taskQueue)) return next(input);
      const beat = setInterval(() => context.heartbeat(), EVERY_MS);
      try {
        return await next(input);
      } finally {
        clearInterval(beat);
      }
    },
  },
});
