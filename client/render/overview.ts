import { isKnown, type Overview, type Unknown } from '../overview.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { paint } from '../terminal.ts';
import { renderDrills } from './drills.ts';
import { renderMonitor } from './monitor.ts';
import { renderOutcomes } from './outcomes.ts';
import { renderRetraining } from './retraining.ts';
import { scheduleLines } from './schedules.ts';
import { renderTimeline } from './timeline.ts';
import { renderTree } from './tree.ts';

/** An endpoint at one glance: its last rollout, the watch over it, what labels say, and the proof of its way back. */
export function renderOverview(place: Place, seen: Overview, now: number): string {
  const { rollout, monitor, outcomes, drills, watch, retraining, schedules } = seen;
  const parts = [
    told(rollout, (known) => renderTree(known, { now, measured: null }).join('\n')),
    told(monitor, (known) => renderMonitor(known, now)),
    told(watch, (known) => (known.length > 0 ? renderTimeline(known) : '')) || null,
    told(drills, (known) => renderDrills(known, now).join('\n') || never(place)),
    told(schedules, (known) => scheduleLines(known).join('\n')) || null,
    told(outcomes, renderOutcomes),
    retraining && told(retraining, (known) => renderRetraining(known, now).join('\n')),
  ];
  return `${parts
    .filter((part) => part !== null)
    .map((part) => part.trimEnd())
    .join('\n\n')}\n`;
}

function told<T>(part: T | Unknown, show: (known: T) => string): string {
  return isKnown(part) ? show(part) : `${paint.warn('–')} ${part.notKnown}`;
}

function never(place: Place): string {
  const name = shortPlace(place);
  return `${paint.warn('–')} rollback of ${name} was never rehearsed; \`slipway drill ${name}\` does`;
}
