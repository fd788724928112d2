import type { GatePlan, ShadowPlan } from './plan.ts';

/** What a gate is asked; plain data, so that a verdict can be computed again from it and the batches. */
export interface GateQuestion {
  readonly stage: 'shadow' | 'canary' | 'soak';
  readonly candidate: string;
  /** `null` where there is nothing to compare with: first deployments, and soaks, where stable has no traffic. */
  readonly stable: string | null;
  readonly plan: GatePlan;
  readonly shadow: ShadowPlan | null;
  /** Batches count from this fence sequence on; the stage's own evidence. */
  readonly stageSequence: number;
  /** Minimum samples and duration count from this one on; the step's own evidence. */
  readonly stepSequence: number;
  readonly epoch: number;
  /** Weight in force, for the split check; and the weight that passing would lead to, which scales the margins. */
  readonly weight: number;
  readonly nextWeight: number;
  readonly minDurationMs: number;
}
