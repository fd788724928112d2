import type { AbPlan } from './ab.ts';
import type { Arm } from './route.ts';
import type { BinCounts } from './gate-batch.ts';
import type { GatePlan, ShadowPlan } from './plan.ts';

/** What a gate is asked; plain data, so that a verdict can be computed again from it and the batches. */
export interface GateQuestion {
  readonly stage: 'shadow' | 'canary' | 'ab' | 'soak';
  readonly candidate: string;
  /** `null` where there is nothing to compare with: first deployments, and soaks, where stable has no traffic. */
  readonly stable: string | null;
  readonly plan: GatePlan;
  readonly shadow: ShadowPlan | null;
  /** The test that stage `ab` is about. */
  readonly ab?: AbPlan;
  /** Further arms of the test, and their weights; 0 for one that was taken out. */
  readonly arms?: readonly Arm[];
  /** Batches count from this fence sequence on; the stage's own evidence. */
  readonly stageSequence: number;
  /** Minimum samples and duration count from this one on; the step's own evidence. */
  readonly stepSequence: number;
  readonly epoch: number;
  /** Weight in force, for the split check; and the weight that passing would lead to, which scales the margins. */
  readonly weight: number;
  readonly nextWeight: number;
  readonly minDurationMs: number;
  /** Batches that there will be at most, where that is known before the first: proofs then need fewer requests. */
  readonly horizon?: number;
  /** Share of alpha that this question may use up; by the stage, where absent. */
  readonly alphaShare?: number;
  /** Batches before which nothing passes. */
  readonly minBatches?: number;
  /** Batches from this fence sequence on, in which stable is alone, teach how noisy it is by itself. */
  readonly calibrationSequence?: number;
  /** What was taught about noise before there was any batch. */
  readonly calibration?: Calibration;
  /** What is normal of what is asked and answered, in the batches' bins; what stable saw first in the stage, where absent. */
  readonly reference?: { readonly inputs: BinCounts; readonly outputs: BinCounts };
}

/** What windows of stable alone taught: how noisy each metric is (gates/noise), and its latencies (gates/histogram.ts). */
export interface Calibration {
  readonly noise: Readonly<Record<string, NoiseShares>>;
  readonly latency: { readonly width: number; readonly total: number; readonly gapsAndCounts: readonly number[] };
}

/** What is known of the noise of one metric. */
export interface NoiseShares {
  /** Shares of the noise models. */
  readonly models: readonly number[];
  /** Bursts of one arm, as expected counts of batches. */
  readonly habits: {
    /** Calm batches, and bursts that began in one. */
    readonly calm: number;
    readonly starts: number;
    /** Batches in a burst, and those of them that went on with one. */
    readonly burst: number;
    readonly stays: number;
    /**
     * How much a further calm batch counts; 1 where absent. Less where single replicas taught the habits: the whole arm that
     * one goes on to learn from is calmer than any of them.
     */
    readonly heed?: number;
    /** Bursts that began at each level. */
    readonly levels: readonly number[];
  };
}
