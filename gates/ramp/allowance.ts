import type { GatePlan } from '../../domain/plan.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { RampPlan } from '../../domain/ramp.ts';
import type { RampState } from './ramp.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { afterProof, batchesPerStep, largestNext, leastNext } from '../../domain/ramp.ts';
import { excessBound } from './ramp.ts';

/** What a ramp needs to know of a question: the weight in force, in parts per 10,000, and the margins. */
export type RampStep = Pick<GateQuestion, 'weight' | 'plan'>;

/** Batches whose requests the candidate still gets after a look: the next one, and until the reaction to it is in force. */
const AHEAD = 2;

/** Where the ramp stands: part of a verdict. */
export function rampReading(state: RampState, ramp: RampPlan, step: RampStep): NonNullable<Verdict['ramp']> {
  return {
    nextWeight: nextWeight(state, ramp, step),
    spent: state.spent,
    budget: ramp.badExposure,
    excessBound: excessBound(state),
  };
}

/**
 * The largest weight, in parts per 10,000, whose step the budget covers although the candidate may be as bad as the bound
 * says: `(B − spent) / (requests in a step of all traffic × excess bound)`. At most as much as the plan lets it grow; from
 * `maxWeight` on whatever the load step is or comes after, since what leads there is the gate's full proof.
 */
export function nextWeight(state: RampState, ramp: RampPlan, { weight, plan }: RampStep): number {
  if (weight >= ramp.maxWeight) return afterProof(ramp, weight);
  const most = largestNext(ramp, weight);
  if (isBearable(state, plan)) return most;
  if (state.requests === 0) return Math.min(weight, most);
  const perStep = state.perBatch * batchesPerStep(ramp, state.batchMs);
  const cost = (perStep * excessBound(state)) / FULL_WEIGHT;
  const left = ramp.badExposure - state.spent;
  return left >= most * cost ? most : Math.max(Math.floor(left / cost), 1);
}

/**
 * Whether the requests that come before the candidate could be out of traffic might overspend the budget.
 *
 * Then it has to go back at once, undecided. So, with a chance of at least 1 − `beta`, the harm stays within the budget until
 * the excess is proved to be bearable, as long as the excess does not rise and traffic does not double within a batch;
 * where it does, the surplus is what two batches bring. The load step comes after the gate's full proof: there the bound
 * may rise over the margins again by chance alone, and it is the gate that takes a candidate back.
 */
export function isOutOfBudget(
  state: RampState,
  { badExposure, maxWeight }: RampPlan,
  { weight, plan }: RampStep,
): boolean {
  if (weight > maxWeight) return false;
  const ahead = (AHEAD * weight * state.perBatch) / FULL_WEIGHT;
  return !isBearable(state, plan) && state.spent + ahead * excessBound(state) > badExposure;
}

/** What keeps a step of a ramp from passing besides its gate's metrics; in words. */
export function rampObstacles(state: RampState, ramp: RampPlan, step: RampStep): string[] {
  if (step.weight >= ramp.maxWeight) return [];
  const next = nextWeight(state, ramp, step);
  if (next >= leastNext(ramp, step.weight)) return [];
  return [`the risk budget allows ${next / 100} % next: ${describeSpending(state, ramp)} may be spent`];
}

/** Why a candidate whose harm could exceed the budget goes back, in a sentence. */
export function describeOverspending(state: RampState, ramp: RampPlan): string {
  return `the risk budget does not cover the next requests: ${describeSpending(state, ramp)} may be spent, and up to ${percentOf(excessBound(state))} of the candidate's answers may be bad beyond stable's own`;
}

/** `5 of 100 bad responses`. */
function describeSpending({ spent }: RampState, { badExposure }: RampPlan): string {
  return `${Math.ceil(spent)} of ${badExposure} bad responses`;
}

function percentOf(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

/**
 * Whether the excess is proved to be within the margins, which is what all traffic may have: the budget pays for finding
 * out, and has nothing to pay for any more, unless the excess rises again.
 */
export function isBearable(state: RampState, { errors, rejected }: GatePlan): boolean {
  return excessBound(state) <= Math.min(errors.margin, rejected.margin);
}
