import type { BatchLine, CalibrationLine, JudgeConfig, JudgeReply } from '../../../gates/session/protocol.ts';

/** `hold`: all traffic goes back, undecided. */
export type Decision = JudgeReply['decision'] | 'hold';

/** Judges one rollout, batch by batch; after anything but `continue` it is not asked again. */
export type Judge = (batch: BatchLine) => Decision;

/** A judge that also says how much traffic the candidate gets in the next minute, as a share. */
export interface SteeringJudge {
  readonly look: Judge;
  readonly weight: () => number;
}

/** A way to judge rollouts. */
export interface Procedure {
  readonly name: string;
  open(config: JudgeConfig, calibration: readonly CalibrationLine[]): Judge | SteeringJudge;
}
