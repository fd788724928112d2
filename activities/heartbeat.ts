import { Context } from '@temporalio/activity';

/** How often an activity tells that it lives; well below every heartbeat time limit in workflows/proxies.ts. */
const EVERY_MS = 2_000;

/**
 * Heartbeats while `work` runs, so that a dead worker is noticed within seconds and cancellation reaches the activity.
 *
 * @param progress what to show in the Web UI as heartbeat details
 * @param everyMs less often than every 2 s where that is longer: each heartbeat is a write in Temporal's database
 */
export async function withHeartbeat<T>(
  work: (signal: AbortSignal) => Promise<T>,
  progress: () => unknown = () => undefined,
  everyMs = EVERY_MS,
): Promise<T> {
  const context = Context.current();
  context.heartbeat(progress());
  const timer = setInterval(() => context.heartbeat(progress()), Math.max(EVERY_MS, everyMs));
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
