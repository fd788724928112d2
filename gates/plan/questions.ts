import type { RolloutPlan } from '../../domain/plan.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { RampForecast } from '../ramp/forecast.ts';
import type { Traffic } from './traffic.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { NOMINAL_RATE, forecastRamp } from '../ramp/forecast.ts';
import { AB_ALPHA } from '../../domain/ab.ts';
import { largestNext } from '../../domain/ramp.ts';
import { mostAfterShadow } from '../../domain/plan.ts';

/** The stages whose gates compare the candidate with stable. */
export type GatedStage = 'shadow' | 'canary';

/** One gate that a plan will ask, and how long it may take. */
export interface PlannedGate {
  readonly question: GateQuestion;
  readonly minDurationMs: number;
  readonly maxDurationMs: number;
}

export const CANDIDATE = 'candidate';
export const STABLE = 'stable';

/** The shadow's gate; none where it is left out. */
export function shadowGates(plan: RolloutPlan): PlannedGate[] {
  const { shadow } = plan;
  if (!shadow) return [];
  const place = { weight: (shadow.percent * FULL_WEIGHT) / 100, nextWeight: mostAfterShadow(plan), sequence: 1 };
  return [{ question: questionOf(plan, 'shadow', place), minDurationMs: 0, maxDurationMs: shadow.maxDurationMs }];
}

/**
 * The gates of the canary's steps: those of the plan, or those that its ramp is expected to take, each at least as long as
 * the ramp's budget takes; for a rate that is shown for want of a better one, where no traffic is known.
 */
export function canaryGates(plan: RolloutPlan, traffic: Traffic | null): PlannedGate[] {
  const { ramp, maxDurationMs, steps } = plan.canary;
  const forecast = rampForecast(plan, traffic);
  const all = forecast
    ? forecast.steps.map(({ weight, durationMs }) => ({
        weight,
        // At the last weight the gate's proof decides, and no budget.
        minDurationMs: traffic && weight < (ramp?.maxWeight ?? 0) ? durationMs : 0,
      }))
    : steps;
  return all.map(({ weight, minDurationMs }, i) => {
    const nextWeight = ramp ? largestNext(ramp, weight) : (steps[i + 1]?.weight ?? FULL_WEIGHT);
    const question = questionOf(plan, 'canary', { weight, nextWeight, sequence: i + 1 });
    return { question, minDurationMs: Math.max(minDurationMs, ramp?.minDurationMs ?? 0), maxDurationMs };
  });
}

/** Batches that a forecast looks at of one step: time limits are held against what comes out, and must not cut it short. */
const LONGEST = 20_000;

/** What a ramp's steps depend on. */
export type RampTraffic = Pick<Traffic, 'requestsPerSecond' | 'errors' | 'rejected'>;

/** The steps that a ramp is expected to take, however long; `null` for a plan without one. */
export function rampForecast(plan: RolloutPlan, traffic: RampTraffic | null): RampForecast | null {
  const { requestsPerSecond = NOMINAL_RATE, errors = 0, rejected = 0 } = traffic ?? {};
  const unhurried = { ...plan.canary, maxDurationMs: LONGEST * plan.serving.batchMs };
  return forecastRamp({ ...plan, canary: unhurried }, { requestsPerSecond, badRate: errors + rejected });
}

interface Step {
  readonly weight: number;
  readonly nextWeight: number;
  readonly sequence: number;
}

function questionOf(plan: RolloutPlan, stage: GatedStage, { weight, nextWeight, sequence }: Step): GateQuestion {
  const names = { stage, candidate: CANDIDATE, stable: STABLE, plan: plan.gates, shadow: plan.shadow };
  const share = plan.ab && stage === 'canary' ? { alphaShare: AB_ALPHA.canary } : {};
  return {
    ...names,
    ...share,
    epoch: 1,
    stageSequence: 1,
    stepSequence: sequence,
    minDurationMs: 0,
    weight,
    nextWeight,
  };
}
