import type { Capital, Stakes } from './capital.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import type { Samples } from './evidence.ts';
import { bet, evenStakes, worth } from './capital.ts';
import { clamp, ln, scaleOdds } from './numeric.ts';
import { rateBet } from './rate-bet.ts';

/** Odds ratio between measured and desired split that is still the split: requests in flight blur it. */
const TOLERATED = 1.25;
const LINES = [1.5, 2, 4, 16];
const STAKES: Stakes = evenStakes(2 * LINES.length, 1);
/** Evidence (as a logarithm) at which the split is called wrong: one false alarm in ten thousand rollouts. */
const LN_ENOUGH = ln(1e4);

/**
 * Capital against "each request went to the candidate with the route's probability" after one more batch.
 *
 * A mixture of binomial likelihood ratios on both sides (sample-ratio mismatch: Lindon and Malek 2022), from the edge of the
 * tolerated range. A server that hangs holds its requests back for as long as the time limit, and that is no wrong split: one
 * batch moves the capital by a third of what it takes at most, and all batches of so long a time by half of it.
 *
 * @param held the batch's length as a share of the longest time that a request may take
 */
export function observeSplit(split: Capital, { candidate, stable }: Samples, weight: number, held: number): Capital {
  const n = candidate + stable;
  if (n === 0 || weight <= 0 || weight >= FULL_WEIGHT) return split;
  const desired = weight / FULL_WEIGHT;
  const [high, low] = [scaleOdds(desired, TOLERATED), scaleOdds(desired, 1 / TOLERATED)];
  const above = LINES.map((factor) => scaleOdds(high, factor));
  const below = LINES.map((factor) => scaleOdds(low, 1 / factor));
  const lnFactors = [...rateBet(candidate, n, high, above), ...rateBet(candidate, n, low, below)];
  return bet(
    split,
    lnFactors.map((x) => clamp(x, -Infinity, LN_ENOUGH * Math.min(1 / 3, held / 2))),
    STAKES,
  );
}

export function isSplitWrong(split: Capital): boolean {
  return worth(split, STAKES) >= LN_ENOUGH;
}
