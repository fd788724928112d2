import { formatDuration } from '../../domain/duration.ts';
import type { HeldDrill } from '../drills.ts';
import { shortPlace } from '../rollouts/place.ts';
import { paint } from '../terminal.ts';

/** One line an endpoint: when its way back was last proven, and whether the last rehearsal failed. @param now in milliseconds since 1970 */
export function renderDrills(drills: readonly HeldDrill[], now: number): string[] {
  return [...Map.groupBy(drills, shortPlace)].map(([name, held]) => {
    const last = held.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1);
    const proven = held.find(({ passed }) => passed);
    const when = (drill: HeldDrill) => `${formatDuration(Math.max(0, now - Date.parse(drill.at)))} ago`;
    const took = proven?.seconds == null ? '' : `, ${formatDuration(proven.seconds * 1_000)}`;
    const proof = proven ? `last proven ${when(proven)}${took}` : 'never proven';
    if (!last || last.passed) return `${paint.good('✓')} rollback of ${name} ${proof}`;
    const how = last.passed === null ? 'could not be rehearsed' : 'failed its drill';
    return `${paint.bad('✗')} rollback of ${name} ${how} ${when(last)} (${last.detail}); ${proof}`;
  });
}
