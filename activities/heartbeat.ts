import { Context } from '@temporalio/activity';

/** How often an activity tells that it lives; well below every heartbeat time limit in workflows/proxies.ts. */
const EVERY_MS = 2_000;

/**
 * Heartbeats while `work` runs, so that a dead worker is noticed within seconds and cancellation reaches the activity.
 *
 * @param progress what to show in the Web UI as heartbeat details
 */
export async function withHeartbeat<T>(
  work: (signal: AbortSignal) => Promise<T>,
  progress: () => unknown = () => undefined,
): Promise<T> {
  const context = Context.current();
  context.heartbeat(progress());
  const timer = setInterval(() => context.heartbeat(progress()), EVERY_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
