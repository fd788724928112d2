import { columns } from './columns.ts';
import { formatDay } from './numbers.ts';
import { paint } from '../terminal.ts';
import { shortPlace } from '../rollouts/place.ts';
import type { RetrainSchedule } from '../retraining/schedule.ts';

/** All schedules, one a line. */
export function renderSchedules(schedules: readonly RetrainSchedule[]): string {
  if (schedules.length === 0) return 'none; `slipway schedule set digits --every 7d` makes one\n';
  const rows = schedules.map(({ when, paused, next, last, ...place }) => [
    shortPlace(place),
    when,
    paused ? paint.warn('paused') : next === null ? '' : formatDay(next),
    last === null ? '' : formatDay(last),
  ]);
  const header = ['endpoint', 'retrained', 'next', 'last'].map((title) => paint.dim(title));
  return `${columns([header, ...rows]).join('\n')}\n`;
}
