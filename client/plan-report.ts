import { checkGates, type PlanCheck } from '../gates/plan-check.ts';
import { planCautions, planTimes, type PlanTimes } from './plan-summary.ts';
import { powerCautions, powerOf, type Power } from '../gates/plan/power.ts';
import type { KnownTraffic } from './traffic.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import type { Traffic } from '../gates/plan/traffic.ts';

/** All that is said of a plan before it is started; what `slipway plan --json` prints. */
export interface PlanReport extends PlanCheck {
  readonly plan: RolloutPlan;
  /** `null` where nothing is known of it; then power is that of the rate that the note names. */
  readonly traffic: Traffic | null;
  readonly trafficNote: string;
  readonly times: PlanTimes;
  readonly power: readonly Power[];
}

/** @example const report = planReport(planRollout(spec), await knownTraffic(place, undefined)); */
export function planReport(plan: RolloutPlan, { traffic, note }: KnownTraffic): PlanReport {
  const { needs, errors, cautions } = checkGates(plan, traffic);
  // What a gate can do that never decides is of no account.
  const power = errors.length === 0 ? powerOf(plan, traffic) : [];
  return {
    plan,
    traffic,
    trafficNote: note,
    times: planTimes(plan, needs),
    needs,
    power,
    errors,
    cautions: [...planCautions(plan), ...cautions, ...powerCautions(plan.gates, power)],
  };
}
