import type { RolloutSpec } from './rollout-spec.ts';
import { FULL_WEIGHT } from './route.ts';
import { parseDuration } from './duration.ts';

/** How the canary's weight rises where no steps are given: as far as a budget of bad responses allows (docs/adr/0006). */
export interface RampPlan {
  /** Most bad responses beyond stable's own that the candidate may cost before it gets all traffic. */
  readonly badExposure: number;
  /** The weight at which the full proof is asked, after which only the load step comes before all traffic; parts per 10,000. */
  readonly maxWeight: number;
  /** Most times by which a step may exceed the one before it. */
  readonly growth: number;
  /** Least time at each step. */
  readonly minDurationMs: number;
}

/** Each step is about as large as all that the ones before it have shown. */
const GROWTH = 3;
/** Below a twentieth of the traffic load is no question, only the number of requests: there steps may grow tenfold. */
const SMALL = { weight: 500, growth: 10 };
/** A step that would end this near to the last weight goes all the way. */
const NEARLY = 1.25;
/** A step that grows less is not worth one: the budget is waited for instead, so that a ramp has few steps. */
const LEAST_GROWTH = 1.5;

/** What a specification means that does not say it. */
export const BAD_EXPOSURE = 100;
export const MAX_PERCENT = 10;

/** The load step: half of the traffic shows how a candidate that is proved bears load, before it gets all. */
export const LOAD_WEIGHT = 5_000;

/** Smallest budget: a proof without one bad answer takes about 5 (`gates/ramp/harm-bound.ts`), and growing as much again. */
export const LEAST_EXPOSURE = 10;

/** Requests of the candidate in each batch of its first step: what a version that is dead meets until its gate fails. */
export const HANDFUL = 5;

/** Largest first step, where traffic is so thin that a handful would be more. */
export const MOST_AT_FIRST = 1_000;
/** First step where nobody calls the endpoint now: somebody may in the next moment. */
const WHILE_IDLE = 100;
/** The finest weight there is, parts per 10,000. */
const FINEST = 1;

/** The reaction to a batch takes less than another one. */
const LEAST_BATCHES = 2;

/** The ramp of a specification; `null` where it names steps, or none on purpose. */
export function planRamp({ canary, risk }: Pick<RolloutSpec, 'canary' | 'risk'>): RampPlan | null {
  if (canary?.steps) return null;
  return {
    badExposure: risk?.badExposure ?? BAD_EXPOSURE,
    maxWeight: Math.round(((risk?.maxPercent ?? MAX_PERCENT) * FULL_WEIGHT) / 100),
    growth: GROWTH,
    minDurationMs: parseDuration(canary?.minDuration ?? '1m'),
  };
}

/** Batches that a step is reckoned to last: its least time, or as long as the reaction to a batch takes. */
export function batchesPerStep({ minDurationMs }: RampPlan, batchMs: number): number {
  return Math.max(LEAST_BATCHES, batchMs > 0 ? minDurationMs / batchMs : 0);
}

/**
 * The weight at which nothing is known of the candidate yet, so that all of its answers may be bad.
 *
 * @param perBatch live requests of the endpoint in one batch; `null` when that is not known
 */
export function firstWeight(ramp: RampPlan, perBatch: number | null, batchMs: number): number {
  if (perBatch === null) return FINEST;
  if (perBatch <= 0) return Math.min(WHILE_IDLE, ramp.maxWeight);
  const requests = Math.min(HANDFUL, ramp.badExposure / batchesPerStep(ramp, batchMs));
  const weight = Math.floor((FULL_WEIGHT * requests) / perBatch);
  return Math.max(FINEST, Math.min(weight, MOST_AT_FIRST, ramp.maxWeight));
}

/** The largest weight that this one's gate has to answer for: the next one's at most; all traffic where the full proof is asked. */
export function largestNext({ maxWeight, growth }: RampPlan, weight: number): number {
  if (weight >= maxWeight) return FULL_WEIGHT;
  const grown = Math.max(weight * growth, Math.min(weight * SMALL.growth, SMALL.weight));
  return grown * NEARLY >= maxWeight ? maxWeight : Math.floor(grown);
}

/** The last weight before all traffic: the load step's, unless the proof is asked for at nearly as much. */
export function lastWeight({ maxWeight }: RampPlan): number {
  return maxWeight * NEARLY < LOAD_WEIGHT ? LOAD_WEIGHT : maxWeight;
}

/** The weight that a passed proof leads to: the load step, and from there all traffic. */
export function afterProof(ramp: RampPlan, weight: number): number {
  const last = lastWeight(ramp);
  return weight < last ? last : FULL_WEIGHT;
}

/** The least weight that is worth a step of its own. */
export function leastNext({ maxWeight }: RampPlan, weight: number): number {
  return Math.min(maxWeight, Math.ceil(weight * LEAST_GROWTH));
}

/** Fewest and most steps that a ramp can have, the load step among them. */
export function stepCounts(ramp: RampPlan): { fewest: number; most: number } {
  const count = (from: number, next: typeof leastNext): number => {
    let steps = lastWeight(ramp) > ramp.maxWeight ? 2 : 1;
    for (let weight = from; weight < ramp.maxWeight; weight = next(ramp, weight)) steps += 1;
    return steps;
  };
  return { fewest: count(Math.min(MOST_AT_FIRST, ramp.maxWeight), largestNext), most: count(FINEST, leastNext) };
}
