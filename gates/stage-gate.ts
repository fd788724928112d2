import type { Evidence, Samples, Standing } from './evidence.ts';
import type { GateBatch } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import { comparedObstacles, comparedSamples, comparedStandings, observeCompared } from './compared.ts';
import { NO_TOTALS, addUserRewards } from './ab/totals.ts';
import { limitSamples, limitStandings, observeLimits } from './limits.ts';
import { mirroredObstacles, mirroredSamples, mirroredStandings, observeMirrored } from './mirrored.ts';

/** How one kind of evidence is collected and read. */
export interface StageGate {
  readonly samples: (batch: GateBatch, question: GateQuestion) => Samples;
  readonly observe: (evidence: Evidence, batch: GateBatch, question: GateQuestion) => Evidence;
  /** `time`: the share of a known number of batches that is over, or `null`. */
  readonly standings: (evidence: Evidence, question: GateQuestion, time: number | null) => Standing[];
  /** What keeps the stage from passing besides its metrics. */
  readonly obstacles: (evidence: Evidence, question: GateQuestion, samples: Samples) => string[];
}

const MIRRORED: StageGate = {
  samples: mirroredSamples,
  observe: observeMirrored,
  standings: mirroredStandings,
  obstacles: mirroredObstacles,
};

const COMPARED: StageGate = {
  samples: comparedSamples,
  observe: observeCompared,
  standings: comparedStandings,
  obstacles: comparedObstacles,
};

/** The canary's comparison as a guardrail, and what users bring beside it (ab/reading.ts). */
const TESTED: StageGate = {
  ...COMPARED,
  observe: (evidence, batch, question) => ({
    ...observeCompared(evidence, batch, question),
    ...(question.ab && { rewards: addUserRewards(evidence.rewards ?? NO_TOTALS, batch.rewards ?? []) }),
  }),
  obstacles: () => [],
};

const LIMITS: StageGate = {
  samples: limitSamples,
  observe: observeLimits,
  standings: limitStandings,
  obstacles: () => [],
};

/** Without a stable to compare with, absolute limits are all there is. */
export function stageGate({ stage, stable }: GateQuestion): StageGate {
  if (stage === 'soak' || stable === null) return LIMITS;
  if (stage === 'ab') return TESTED;
  return stage === 'shadow' ? MIRRORED : COMPARED;
}
