import type { PlanFinding } from '../gates/plan/finding.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import type { StepNeed } from '../gates/plan/step-needs.ts';
import { affordableRate } from '../gates/ramp/affordable.ts';
import { hasCanary } from '../domain/plan.ts';
import { stepCounts } from '../domain/ramp.ts';

export interface PlanTimes {
  /** Shortest times that the plan sets, or that the traffic takes. */
  readonly atLeastMs: number;
  /** Every time limit used up, approvals apart; `null` where an undecided gate goes on. */
  readonly atMostMs: number | null;
  readonly approvals: number;
}

/** How long a rollout can take, building and scoring in no time at best. Where the needs know how long traffic takes, so does this. */
export function planTimes(plan: RolloutPlan, needs: readonly StepNeed[]): PlanTimes {
  const { approval, build, canary, shadow, soak, validate } = plan;
  const traffic = (stage: StepNeed['stage']) =>
    needs.filter((need) => need.stage === stage).map((need) => need.durationMs ?? 0);
  const waits = stepWaits(plan, traffic('canary'));
  const atLeastMs = [...traffic('shadow'), ...waits, soak?.durationMs ?? 0].reduce((sum, wait) => sum + wait, 0);
  const mostSteps = canary.ramp ? stepCounts(canary.ramp).most : canary.steps.length;
  const limits = [
    build.timeoutMs,
    validate?.timeoutMs ?? 0,
    shadow?.maxDurationMs ?? 0,
    mostSteps * canary.maxDurationMs,
    soak?.durationMs ?? 0,
  ];
  const extends_ = shadow?.onInconclusive === 'extend' || canary.onInconclusive === 'extend';
  const approvals = approval.length + canary.steps.filter((step) => step.approval).length;
  return { atLeastMs, atMostMs: extends_ ? null : limits.reduce((sum, limit) => sum + limit, 0), approvals };
}

/** Least time of each step. A ramp whose traffic is not known takes at least as many steps as it must. */
function stepWaits({ canary }: RolloutPlan, traffic: readonly number[]): number[] {
  const { ramp, steps } = canary;
  if (!ramp) return steps.map((step, index) => Math.max(step.minDurationMs, traffic[index] ?? 0));
  const known = traffic.some((ms) => ms > 0) ? traffic : new Array<number>(stepCounts(ramp).fewest).fill(0);
  return known.map((ms) => Math.max(ramp.minDurationMs, ms));
}

/** What a careful colleague would ask about before it is started. */
export function planCautions(plan: RolloutPlan): PlanFinding[] {
  const { canary, gates, shadow, soak, validate } = plan;
  const cautions: [path: string, message: string][] = [];
  if (!validate)
    cautions.push(['validate.data', 'no validation set: accuracy is not checked before users see the candidate']);
  if (!shadow && !hasCanary(plan))
    cautions.push(['canary.steps', 'neither shadow nor canary: all users get the candidate at once, without a gate']);
  if (!hasCanary(plan) && shadow) cautions.push(['canary.steps', 'no canary: all users get the candidate at once']);
  const promoting = [
    shadow?.onInconclusive === 'promote' && 'shadow',
    hasCanary(plan) && canary.onInconclusive === 'promote' && 'canary',
  ];
  for (const stage of promoting)
    if (stage) cautions.push([`${stage}.onInconclusive`, 'promote: too little evidence lets the candidate go on']);
  if (canary.ramp && affordableRate(canary.ramp, gates) === null)
    cautions.push([
      'risk.badExposure',
      `${canary.ramp.badExposure} bad responses hardly pay for the proof that errors are within their margins: raise either`,
    ]);
  if (!soak) cautions.push(['soak', 'no soak: stable is stopped as soon as all traffic has moved']);
  return cautions.map(([path, message]) => ({ path, message, remedies: [] }));
}
