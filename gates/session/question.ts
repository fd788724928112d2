import type { Calibration, GateQuestion } from '../../domain/gate-question.ts';
import type { GatePlan, PlannedMetric } from '../../domain/plan.ts';
import type { JudgeConfig } from './protocol.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';

export const CANDIDATE = 'candidate';
export const STABLE = 'stable';

/**
 * Share of the known number of batches before which nothing is promoted: what is wrong late shows late, and a promotion
 * cannot wait for it afterwards.
 */
const LEAST_TIME = 0.48;

/** What a session asks: one canary with all of alpha to itself, over a known number of batches. */
export function questionOf(config: JudgeConfig, calibration: Calibration | null): GateQuestion {
  const { max_batches: horizon, min_batches: least } = config;
  return {
    stage: 'canary',
    candidate: CANDIDATE,
    stable: STABLE,
    plan: planOf(config),
    shadow: null,
    epoch: 1,
    stageSequence: 1,
    stepSequence: 1,
    // The protocol states the weight batch by batch, and the decision must not depend on it: no split is checked.
    weight: 0,
    nextWeight: FULL_WEIGHT,
    minDurationMs: 0,
    horizon,
    minBatches: Math.max(least, Math.ceil(LEAST_TIME * horizon)),
    alphaShare: 1,
    ...(calibration && { calibration }),
  };
}

function planOf({ alpha, beta, margins }: JudgeConfig): GatePlan {
  return {
    alpha,
    beta,
    minRequests: 0,
    errors: metric(margins.error_rate_abs),
    rejected: metric(undefined),
    latency: {
      p50: metric(less(margins.p50_ratio)),
      p95: metric(less(margins.p95_ratio)),
      p99: metric(less(margins.p99_ratio)),
    },
    accuracy: metric(margins.accuracy_abs),
    ...(margins.paired_accuracy_abs !== undefined && { paired: metric(margins.paired_accuracy_abs) }),
    limits: { errorRate: 1, p99Ms: null },
  };
}

function less(ratio: number | undefined): number | undefined {
  return ratio === undefined ? undefined : ratio - 1;
}

/** A metric without a margin is not judged; one with a margin has to be proved as soon as there is anything to judge it by. */
function metric(margin: number | undefined): PlannedMetric {
  return margin === undefined
    ? { margin: 1, required: false, unjudged: true }
    : { margin, required: true, onceSeen: true };
}
