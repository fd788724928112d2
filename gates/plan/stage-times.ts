import type { GatedStage } from './questions.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { StepNeed } from './step-needs.ts';

export const STAGES = ['shadow', 'canary'] as const satisfies GatedStage[];

/** Milliseconds that each gate of a stage may take. */
export function limitOf({ shadow, canary }: RolloutPlan, stage: GatedStage): number {
  return stage === 'shadow' ? (shadow?.maxDurationMs ?? 0) : canary.maxDurationMs;
}

/** `canary at 10 %`. */
export function placeOf({ stage, weight }: Pick<StepNeed, 'stage' | 'weight'>): string {
  return stage === 'shadow' ? 'the shadow' : `canary at ${weight / 100} %`;
}
