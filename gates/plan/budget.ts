import type { PlanFinding } from './finding.ts';
import type { RampForecast } from '../ramp/forecast.ts';
import type { RampPlan } from '../../domain/ramp.ts';
import type { RampTraffic } from './questions.ts';
import type { StepNeed } from './step-needs.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { Traffic } from './traffic.ts';
import { firstThat } from './remedies.ts';
import { rampForecast } from './questions.ts';
import { showShare } from './round.ts';

/** Traffic at which only the budget holds a ramp up. */
const PLENTY: RampTraffic = { requestsPerSecond: 1_000, errors: 0, rejected: 0 };

/** A budget that does not get a candidate through although not one of its answers is bad. */
export function budgetFaults(plan: RolloutPlan, needs: readonly StepNeed[]): PlanFinding[] {
  return short(
    plan,
    PLENTY,
    needs,
    (budget) =>
      `${budget} bad responses do not pay for the proof that errors are within their margins, even if none comes`,
  );
}

/** One that does not where as many answers are bad as are now. */
export function budgetCautions(plan: RolloutPlan, traffic: Traffic, needs: readonly StepNeed[]): PlanFinding[] {
  const bad = traffic.errors + traffic.rejected;
  if (bad === 0) return [];
  return short(
    plan,
    traffic,
    needs,
    (budget) =>
      `${showShare(bad)} of stable's own answers are bad, so ${budget} bad responses do not pay for the proof that the candidate's are no worse`,
  );
}

function short(
  plan: RolloutPlan,
  traffic: RampTraffic,
  needs: readonly StepNeed[],
  message: (budget: number) => string,
): PlanFinding[] {
  const { ramp } = plan.canary;
  const forecast = rampForecast(plan, traffic);
  if (!ramp || !forecast?.stuck?.includes('budget') || isProvedBefore(forecast, ramp, needs)) return [];
  const value = enoughBudget(plan, traffic);
  const remedies = value === null ? [] : [{ paths: ['risk.badExposure'], value }];
  return [{ path: 'risk.badExposure', message: message(ramp.badExposure), remedies }];
}

/** At the last weight the gate passes by its proofs, with as much of the budget as is left then. */
function isProvedBefore({ steps }: RampForecast, { maxWeight }: RampPlan, needs: readonly StepNeed[]): boolean {
  const last = steps.at(-1);
  if (!last || last.weight < maxWeight) return false;
  const need = needs.find(({ stage, weight }) => stage === 'canary' && weight === last.weight);
  return need?.requests != null && need.requests < last.requests;
}

const BUDGETS = [1e1, 1e2, 1e3, 1e4, 1e5].flatMap((unit) => [1, 1.5, 2, 3, 5].map((step) => step * unit));

/** The smallest round budget with which a ramp gets to all traffic; `null` where none does. */
function enoughBudget(plan: RolloutPlan, traffic: RampTraffic): number | null {
  const { ramp } = plan.canary;
  if (!ramp) return null;
  return firstThat(
    BUDGETS.filter((budget) => budget > ramp.badExposure),
    (badExposure) => {
      const richer = { ...plan, canary: { ...plan.canary, ramp: { ...ramp, badExposure } } };
      return rampForecast(richer, traffic)?.stuck === null;
    },
  );
}
