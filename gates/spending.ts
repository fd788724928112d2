import type { GateQuestion } from '../domain/gate-question.ts';
import { AB_ALPHA } from '../domain/ab.ts';

/**
 * Share of the allowed false alarms that each stage may use up. All steps of a canary share one, since they go on with one
 * e-process; the sum is 1, so the whole rollout keeps to `alpha` (union bound). Where there is a test, its share is taken from
 * the canary's, whose questions then say so.
 */
const STAGE_SHARES: Readonly<Record<GateQuestion['stage'], number>> = {
  shadow: 0.2,
  canary: 0.6,
  ab: AB_ALPHA.ab,
  soak: 0.2,
};

/** Chance that this question's stage rolls back a harmless candidate. */
export function stageAlpha({ stage, plan, alphaShare }: GateQuestion): number {
  return plan.alpha * (alphaShare ?? STAGE_SHARES[stage]);
}
