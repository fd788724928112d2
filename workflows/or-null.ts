import { ActivityFailure, isCancellation, log } from '@temporalio/workflow';

/** What came of an activity; `null`, and a line in the log, where it failed. */
export async function orNull<T>(attempt: () => Promise<T>): Promise<T | null> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    log.warn(`not done: ${error.cause?.message ?? error.message}`);
    return null;
  }
}
