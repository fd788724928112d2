import type { GateBatch } from '../domain/gate-batch.ts';
import type { GateQuestion } from './question.ts';
import type { GateState } from './gate.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import { cleanBatch } from './clean-run.ts';
import { formatDuration } from '../domain/duration.ts';
import { judge, observe, openGate } from './gate.ts';

/** What one stage or step asks for at least, if the candidate is exactly as good as stable and nothing fails. */
export interface StepNeed {
  readonly stage: 'shadow' | 'canary';
  /** Parts per 10,000; those of the mirror for a shadow. */
  readonly weight: number;
  /** Requests of the candidate (or pairs) within this step, in tens; `null` when no number of them is enough. */
  readonly requests: number | null;
  /** What was proved last. */
  readonly slowest: readonly string[];
  /** How long that takes at the expected rate; `null` without one. */
  readonly durationMs: number | null;
}

export interface GatePlanCheck {
  readonly needs: readonly StepNeed[];
  readonly warnings: readonly string[];
}

/** Requests beyond which a proof counts as out of reach. */
const OUT_OF_REACH = 1_000_000;

/**
 * How many requests each step of a plan needs to pass, and what of it cannot work out in the time that the plan gives.
 *
 * Plays clean batches through the very gates that will judge the rollout, so the numbers are theirs, not an estimate's.
 *
 * @param expectedRate live requests a second on the endpoint
 */
export function lintGatePlan(plan: RolloutPlan, expectedRate?: number): GatePlanCheck {
  const shadow = shadowNeed(plan, expectedRate);
  const canary = canaryNeeds(plan, expectedRate);
  return {
    needs: [...(shadow ? [shadow] : []), ...canary],
    warnings: [...(shadow ? warn(shadow, plan.shadow?.maxDurationMs ?? 0, [shadow]) : []), ...canaryWarnings()],
  };

  function canaryWarnings(): string[] {
    return canary.flatMap((need, i) => warn(need, plan.canary.maxDurationMs, canary.slice(0, i + 1)));
  }
}
