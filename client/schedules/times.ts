import type { ScheduleSpec, ScheduleSpecDescription } from '@temporalio/client';
import { parseDuration } from '../../domain/duration.ts';
import { usageFailure } from '../failure.ts';

/** At which times: so often, or by a cron line. */
export type When = { readonly every: string } | { readonly cron: string; readonly timezone?: string };

const LEAST_MS = 60_000;

/**
 * An interval's first time is one interval from `now` (epoch milliseconds); the same interval set anew keeps the times of
 * `before`, so that whoever sets it over and over does not put them off for ever.
 *
 * @throws Failure `usage` for less than a minute
 */
export function specOf(when: When, now: number, before?: ScheduleSpecDescription): ScheduleSpec {
  if ('cron' in when)
    return { cronExpressions: [when.cron], ...(when.timezone !== undefined && { timezone: when.timezone }) };
  const every = parseDuration(when.every);
  if (every < LEAST_MS) throw usageFailure('--every must be at least 1m');
  const same = before?.intervals?.find((interval) => interval.every === every);
  // Temporal counts intervals from 1970 on, which would begin all schedules of one length at one moment.
  return { intervals: [{ every, offset: same?.offset ?? now % every }] };
}

export function wordsOf(when: When): string {
  return 'every' in when ? `every ${when.every}` : `${when.cron} ${when.timezone ?? 'UTC'}`;
}
