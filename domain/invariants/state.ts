import { compareFences, NO_FENCE } from '../fence.ts';
import { passagesOf, trafficRows, type Passage } from './history.ts';
import type { EndpointObservation, SeenRoute } from './observation.ts';
import { isByHand } from './words.ts';

/** The last passage of the ledger, if it is open and nothing runs that could still close it. */
export function deadPassage({ running, ledger }: EndpointObservation): Passage | null {
  const last = passagesOf(ledger?.rows ?? []).at(-1);
  return last && !last.closed && running === null ? last : null;
}

/** Whether the route was taken by a person without a workflow, and nobody has written that down yet. */
export function isUnrecorded({ desired, ledger }: EndpointObservation): boolean {
  if (!desired || !ledger || !isByHand(desired.label)) return false;
  const last = trafficRows(ledger.rows).at(-1);
  return !last || compareFences(desired.fence, last.fence) > 0;
}

/** Whether the target has no such endpoint, or one that nobody ever gave a route. */
export function isMissing({ fence, route }: SeenRoute): boolean {
  return compareFences(fence, NO_FENCE) === 0 && route.arms.length === 0;
}
