import type { PlanFinding } from './plan/finding.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import type { StepNeed } from './plan/step-needs.ts';
import type { Traffic } from './plan/traffic.ts';
import { fewRequests } from './plan/few-requests.ts';
import { lateProofs } from './plan/late-proofs.ts';
import { neverFails } from './plan/never-fails.ts';
import { measuredOnSome, neverMeasured } from './plan/never-measured.ts';
import { neverPasses } from './plan/never-passes.ts';
import { placeOf } from './plan/stage-times.ts';
import { stepNeeds } from './plan/step-needs.ts';
import { thinReadings } from './plan/thin-readings.ts';
import { trafficCautions } from './plan/cautions.ts';

/** What is to be expected of a plan's gates, and what cannot work out. */
export interface PlanCheck {
  /** What each step asks for at least; times only where traffic is known. */
  readonly needs: readonly StepNeed[];
  /** Gates that can never fail, never pass, or never be decided. */
  readonly errors: readonly PlanFinding[];
  /** What may not be proved in time, or for want of labels or budget. */
  readonly cautions: readonly PlanFinding[];
}

/** Faults whatever the traffic is; `needs` are those of a plan of which none is known. */
function lint(plan: RolloutPlan, needs: readonly StepNeed[]): PlanFinding[] {
  const found = [...neverFails(plan), ...neverMeasured(plan), ...neverPasses(plan, needs)];
  // What cannot be measured cannot be proved either: the first fault of a place is its cause.
  return found.filter((finding, i) => !isKnown(found.slice(0, i), finding));
}

/** Whether a place has a finding already, or what it is a part of. */
function isKnown(known: readonly PlanFinding[], { path }: PlanFinding): boolean {
  return known.some((other) => `${path}.`.startsWith(`${other.path}.`));
}

/**
 * How many requests each step of a plan needs to pass, how long that takes, and what of it cannot be done.
 *
 * Plays clean batches through the very gates that will judge the rollout.
 *
 * @example
 * for (const { weight, requests } of checkGates(plan, givenTraffic(20)).needs) console.log(weight, requests);
 */
export function checkGates(plan: RolloutPlan, traffic: Traffic | null): PlanCheck {
  const untimed = stepNeeds(plan, null);
  const faults = lint(plan, untimed);
  const needs = traffic ? stepNeeds(plan, traffic) : untimed;
  const few = traffic ? fewRequests(plan, needs, traffic) : [];
  const errors = [...faults, ...few.filter((finding) => finding.hopeless && !isKnown(faults, finding))];
  const cautions = [
    ...few.filter(({ hopeless }) => !hopeless),
    ...(traffic ? [...lateProofs(plan, needs, traffic), ...thinReadings(plan, needs, traffic)] : []),
    ...measuredOnSome(plan),
    ...trafficCautions(plan, traffic, needs),
  ].filter((finding) => !isKnown(errors, finding));
  // What keeps a step from passing is said already, unless nothing is.
  const said = errors.length + cautions.length > 0;
  return { needs, errors, cautions: said ? cautions : stuckSteps(needs) };
}

/** Steps that pass at another traffic, for a reason that nothing else says. */
function stuckSteps(needs: readonly StepNeed[]): PlanFinding[] {
  const first = needs.find(({ stuck }) => stuck !== null);
  if (!first) return [];
  return [{ path: 'gates', message: `${placeOf(first)} never passes at this traffic: ${first.stuck}`, remedies: [] }];
}
