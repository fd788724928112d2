import type { StepNeed } from '../gates/plan-check.ts';
import type { RolloutPlan } from '../domain/plan.ts';

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
  const steps = traffic('canary');
  const waits = canary.steps.map((step, index) => Math.max(step.minDurationMs, steps[index] ?? 0));
  const atLeastMs = [...traffic('shadow'), ...waits, soak?.durationMs ?? 0].reduce((sum, wait) => sum + wait, 0);
  const limits = [
    build.timeoutMs,
    validate?.timeoutMs ?? 0,
    shadow?.maxDurationMs ?? 0,
    canary.steps.length * canary.maxDurationMs,
    soak?.durationMs ?? 0,
  ];
  const extends_ = shadow?.onInconclusive === 'extend' || canary.onInconclusive === 'extend';
  const approvals = approval.length + canary.steps.filter((step) => step.approval).length;
  return { atLeastMs, atMostMs: extends_ ? null : limits.reduce((sum, limit) => sum + limit, 0), approvals };
}

/** What a careful colleague would ask about before it is started. */
export function planCautions({ canary, shadow, soak, validate }: RolloutPlan): string[] {
  const cautions: string[] = [];
  if (!validate)
    cautions.push('no validation set: accuracy is not checked before users see the candidate (validate.data)');
  if (!shadow && canary.steps.length === 0)
    cautions.push('neither shadow nor canary: all users get the candidate at once, without a gate');
  if (canary.steps.length === 0 && shadow) cautions.push('no canary: all users get the candidate at once');
  const promoting = [
    shadow?.onInconclusive === 'promote' && 'shadow',
    canary.steps.length > 0 && canary.onInconclusive === 'promote' && 'canary',
  ];
  for (const stage of promoting)
    if (stage) cautions.push(`${stage}.onInconclusive is promote: too little evidence lets the candidate go on`);
  if (!soak) cautions.push('no soak: stable is stopped as soon as all traffic has moved');
  return cautions;
}
