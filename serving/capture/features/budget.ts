import type { Observation } from '../observation.ts';

/** Requests, and characters of their bodies, that are counted by feature in one second at most; the others are not. */
const PER_SECOND = { requests: 200, characters: 2_000_000 };

/** Whether there is still time for one more request in this second; bounds what features cost, however busy an endpoint is. */
export function createBudget(limits = PER_SECOND): (observation: Observation, now: number) => boolean {
  let second = 0;
  let left = limits;
  return ({ request, response }, now) => {
    if (Math.floor(now / 1000) !== second) [second, left] = [Math.floor(now / 1000), limits];
    const size = (request.text?.length ?? 0) + (response.text?.length ?? 0);
    if (left.requests === 0 || left.characters < size) return false;
    left = { requests: left.requests - 1, characters: left.characters - size };
    return true;
  };
}
