import { compareFences, formatFence } from '../fence.ts';
import type { EndpointObservation, Finding } from './observation.ts';
import { lastWord, trafficRows } from './history.ts';
import { deadPassage, isMissing, isUnrecorded } from './state.ts';
import { nameOf, soleVersion } from './words.ts';

/** Invariant 5: the fence in force is the last one that the ledger knows, or belongs to what runs now. */
export function fenceFindings(seen: EndpointObservation): Finding[] {
  const { desired, ledger, running } = seen;
  if (!desired || !ledger || isMissing(desired)) return [];
  const name = nameOf(seen);
  const remedy = `\`slipway doctor ${name} --fix\``;
  const fence = formatFence(desired.fence);
  const own = running?.rolloutId ? epochOf(running.rolloutId) : null;
  if (own !== null && desired.fence.epoch > own) {
    const message = `${running?.rolloutId} runs, but the route was taken over under fence ${fence} (${desired.label ?? ''})`;
    return [{ invariant: 5, code: 'Overtaken', message, remedy: `${remedy} ends it`, repair: 'abort' }];
  }
  const last = trafficRows(ledger.rows).at(-1);
  const order = compareFences(desired.fence, last?.fence ?? { epoch: 0, sequence: 0 });
  if (order < 0) {
    const belongs = lastWord(ledger.rows);
    const message = `the target holds fence ${fence} for ${name}, the ledger knows ${last ? formatFence(last.fence) : ''}: it was set back, as by a restored backup`;
    const repair = belongs ? ({ repair: 'rollback', belongs } as const) : ({ repair: 'none' } as const);
    return [{ invariant: 5, code: 'FenceBehind', message, remedy, ...repair }];
  }
  if (order === 0 || running || deadPassage(seen) || isUnrecorded(seen)) return [];
  const word = lastWord(ledger.rows);
  // A route elsewhere is converged to the ledger's word; only what agrees with it, or has none, may be written down.
  const isHarmless = word === undefined || soleVersion(desired.route) === word;
  const message = `the route of ${name} was set under fence ${fence} (${desired.label || 'no label'}), which the ledger does not know`;
  return [{ invariant: 5, code: 'ForeignFence', message, remedy, repair: isHarmless ? 'reconcile' : 'none' }];
}

function epochOf(rolloutId: string): number | null {
  const epoch = Number(rolloutId.slice(rolloutId.lastIndexOf('.') + 1));
  return Number.isSafeInteger(epoch) ? epoch : null;
}
