import type { Dossier } from '../../endpoint/dossier.ts';
import type { ScheduleKind } from '../../schedules/schedules.ts';
import { html, type Part } from '../html.ts';
import { told } from '../parts.ts';
import { moment } from '../words.ts';

/** At which times something is begun by itself, and when it is due next. */
export function scheduled(schedules: Dossier['schedules'], kind: ScheduleKind): Part {
  return told(schedules, (known) => {
    const own = known.find((one) => one.kind === kind);
    if (!own) return 'none is set';
    if (own.paused) return `${own.when}; paused`;
    return html`${own.when}${own.next === null ? null : html`; next ${moment(own.next)}`}`;
  });
}
