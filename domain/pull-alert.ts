import type { Alert } from './alert.ts';
import { formatDuration } from './duration.ts';
import { outcomesWorkflowId, type FailedPulls, type PullInput } from './outcome-pull.ts';

/** One that fails alone is a database that was started anew; people are told once so many have failed in a row. */
const TOLD_AFTER = 3;

/** Counts a pull. @param error why it failed, `null` where it did not @param at ISO 8601 */
export function afterPull(failed: FailedPulls | null, error: string | null, at: string): FailedPulls | null {
  return error === null ? null : { count: (failed?.count ?? 0) + 1, since: failed?.since ?? at, error };
}

/** What people are to be told after a pull: the beginning and the end of failures, each once. */
export function pullAlerts(
  input: PullInput,
  { before, now, at }: { readonly before: FailedPulls | null; readonly now: FailedPulls | null; readonly at: string },
): Alert[] {
  const [were, are] = [isTold(before), isTold(now)];
  if (were === are) return [];
  const failed = now ?? before;
  if (!failed) return [];
  const { target, endpoint, model, plan } = input;
  const about: Omit<Alert, 'status' | 'summary' | 'action' | 'endsAt'> = {
    ...{ key: `${outcomesWorkflowId(target, endpoint)}:${failed.since}`, name: 'OutcomesNotRead' },
    ...{ severity: 'warning', target, endpoint, model, rolloutId: null, link: null, startsAt: failed.since },
  };
  const summary = `outcomes of ${target}/${endpoint} could not be read ${failed.count} times in a row: ${failed.error}`;
  if (!are) {
    const how = plan === null ? 'no specification asks for them any more' : 'they are read again';
    return [{ ...about, status: 'resolved', summary, action: `Nothing is to be done: ${how}.`, endsAt: at }];
  }
  const every = plan ? `, which is tried again every ${formatDuration(plan.everyMs)}` : '';
  const action = `Mend the connection${every}, or the query: \`slipway start -f FILE\` takes it even where it refuses a version that serves already. \`slipway outcomes status ${endpoint}\` shows how it goes.`;
  return [{ ...about, status: 'firing', summary, action, endsAt: null }];
}

function isTold(failed: FailedPulls | null): boolean {
  return failed !== null && failed.count >= TOLD_AFTER;
}
