import type { GatePlan } from '../../domain/plan.ts';
import type { RampPlan } from '../../domain/ramp.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { NO_HARM, addHarm, harmBound } from './harm-bound.ts';

/** Shares of bad responses that are tried, largest first. */
const RATES = [0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001, 0] as const;

/** How much larger than the last one the next number of requests is that is tried. */
const FACTOR = 1.25;

/** What chance may add to the expected cost: with half of it in reserve about five of six harmless candidates get through. */
const RESERVE = 1.5;

/**
 * The largest share of stable's own responses that may be bad, of those tried, for a budget to suffice for the proof that a
 * harmless candidate is within its margins; `null` when it does not suffice even if nothing ever fails.
 *
 * The harm that cannot be excluded grows with the square root of the requests, what the margins bear with their number, so
 * traffic does not matter.
 */
export function affordableRate(ramp: RampPlan, plan: GatePlan): number | null {
  return RATES.find((rate) => RESERVE * costOfProof(rate, plan, ramp.maxWeight) <= ramp.badExposure) ?? null;
}

/** The harm that counts as spent at the time of the proof, if both arms fail at this rate. */
function costOfProof(rate: number, { beta, errors, rejected }: GatePlan, weight: number): number {
  const margin = Math.min(errors.margin, rejected.margin);
  if (margin <= 0) return Infinity;
  for (let candidate = 10; ; candidate *= FACTOR) {
    const stable = candidate * (FULL_WEIGHT / weight - 1);
    const table = { candidateBad: candidate * rate, candidate, stableBad: stable * rate, stable };
    const spent = harmBound(addHarm(NO_HARM, table), beta, candidate);
    if (spent <= margin * candidate) return spent;
  }
}
