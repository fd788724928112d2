import type { Deps } from '../deps.ts';
import type { Repaired } from '../doctor/repair.ts';
import { lastPromotion, promotedSince } from '../store/monitored.ts';

/** A promotion that is older has had its monitor, or an operator who wanted none. */
const DAY_MS = 86_400_000;

/** Begins the watch where it did not begin with the promotion, or was ended by force; nothing where the plan says not to. */
export async function keepWatch({ pool, monitors, clock }: Deps): Promise<Repaired[]> {
  if (!monitors) return [];
  const promoted = await promotedSince(pool, new Date(clock() - DAY_MS).toISOString());
  const begun: Repaired[] = [];
  for (const place of await monitors.unwatched(promoted)) {
    const promotion = await lastPromotion(pool, place);
    if (!promotion || promotion.plan.monitor === null) continue;
    await monitors.promoted(place, true);
    begun.push({ ...place, code: 'Unwatched', done: 'the watch over what serves was begun' });
  }
  return begun;
}
