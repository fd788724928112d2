import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

/**
 * Lets each attempt of an activity know which receivers an earlier one got through to, so that one that is away does not
 * have the others told again and again.
 *
 * @param patienceMs how long after it was scheduled the activity is given up; as its own limits say when absent
 */
export async function remembered(work: (has: Set<number>) => Promise<void>, patienceMs = Infinity): Promise<void> {
  const context = Context.current();
  const { info } = context;
  const has = new Set(heardOf(info.heartbeatDetails));
  try {
    await work(has);
  } catch (error) {
    context.heartbeat({ delivered: [...has] });
    if (Date.now() - info.scheduledTimestampMs < patienceMs) throw error;
    throw ApplicationFailure.nonRetryable(error instanceof Error ? error.message : String(error), 'Unreachable');
  }
}

function heardOf(details: unknown): number[] {
  const delivered = (details as { delivered?: unknown } | null | undefined)?.delivered;
  return Array.isArray(delivered) ? delivered.filter((place): place is number => Number.isInteger(place)) : [];
}
