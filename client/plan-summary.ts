import type { RolloutPlan } from '../domain/plan.ts';

export interface PlanTimes {
  /** Waits that traffic cannot shorten. */
  readonly atLeastMs: number;
  /** Every time limit used up, approvals apart; `null` where an undecided gate goes on. */
  readonly atMostMs: number | null;
  readonly approvals: number;
}

/** How long a rollout can take, building and scoring in no time at best. */
export function planTimes({ approval, build, canary, shadow, soak, validate }: RolloutPlan): PlanTimes {
  const atLeastMs = canary.steps.reduce((sum, step) => sum + step.minDurationMs, soak?.durationMs ?? 0);
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
