import { columns } from './columns.ts';
import { formatDay } from './numbers.ts';
import { paint } from '../terminal.ts';
import { shortPlace } from '../rollouts/place.ts';
import type { Schedule, ScheduleKind } from '../schedules/schedules.ts';

/** All schedules, one a line. */
export function renderSchedules(schedules: readonly Schedule[]): string {
  if (schedules.length === 0)
    return 'none; `slipway schedule set digits --every 7d` or `slipway drill digits --every 7d` makes one\n';
  const rows = schedules.map(({ kind, when, paused, next, last, ...place }) => [
    shortPlace(place),
    kind,
    when,
    paused ? paint.warn('paused') : next === null ? '' : formatDay(next),
    last === null ? '' : formatDay(last),
  ]);
  const header = ['endpoint', 'what', 'when', 'next', 'last'].map((title) => paint.dim(title));
  return `${columns([header, ...rows]).join('\n')}\n`;
}

const WHAT: Readonly<Record<ScheduleKind, string>> = { retrain: 'retrained', drill: 'rollback rehearsed' };

/** Those of one endpoint, one a line; none where there are none. */
export function scheduleLines(schedules: readonly Schedule[]): string[] {
  return schedules.map(({ kind, when, paused, next }) => {
    const due = paused ? paint.warn('paused') : next === null ? '' : `next ${formatDay(next)}`;
    return [`${WHAT[kind]} ${when}`, due].filter((part) => part !== '').join('; ');
  });
}
