import type { GateBatch } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { Samples } from './evidence.ts';
import type { Verdict } from '../domain/verdict.ts';
import { sha256 } from './sha256.ts';

/** Which batches a gate has looked at, and how much the step's own ones hold. */
export interface Seen {
  readonly batches: Verdict['batches'];
  /** How many of those were of stable alone, before the stage. */
  readonly calibration: number;
  readonly samples: Samples;
  readonly step: Samples & { readonly opened: string | null; readonly sealed: string | null };
  /** Log entries that were shed before they were counted. */
  readonly lost: number;
}

const NONE: Samples = { candidate: 0, stable: 0 };

export const NOTHING_SEEN: Seen = {
  batches: { count: 0, first: 0, last: -1, hash: '' },
  calibration: 0,
  samples: NONE,
  step: { ...NONE, opened: null, sealed: null },
  lost: 0,
};

/**
 * Whether a batch belongs to the question: of its rollout, of its stage, and not seen before.
 *
 * Labels that come late are in batches of a later fence, so there is no upper bound on the sequence.
 */
export function isEvidence({ fence, index }: GateBatch, question: GateQuestion, { batches }: Seen): boolean {
  const from = question.calibrationSequence ?? question.stageSequence;
  return fence.epoch === question.epoch && fence.sequence >= from && index > batches.last;
}

/** Whether a batch is from before the stage: it tells about stable alone, and nothing about the candidate. */
export function isCalibration({ fence }: GateBatch, { stageSequence }: GateQuestion): boolean {
  return fence.sequence < stageSequence;
}

/** A batch from before the stage was looked at. */
export function seeCalibration(seen: Seen, batch: GateBatch): Seen {
  return { ...seen, batches: seeBatch(seen, batch), calibration: seen.calibration + 1 };
}

function seeBatch({ batches: { count, first, hash } }: Seen, batch: GateBatch): Seen['batches'] {
  return {
    count: count + 1,
    first: count === 0 ? batch.index : first,
    last: batch.index,
    hash: sha256(hash + batch.hash),
  };
}

export function see(seen: Seen, batch: GateBatch, samples: Samples, { stepSequence }: GateQuestion): Seen {
  const own = batch.fence.sequence >= stepSequence;
  return {
    batches: seeBatch(seen, batch),
    calibration: seen.calibration,
    samples: add(seen.samples, samples),
    step: own
      ? { ...add(seen.step, samples), opened: seen.step.opened ?? batch.opened, sealed: batch.sealed }
      : seen.step,
    lost: seen.lost + batch.lost,
  };
}

/** Milliseconds that the step's own batches cover. */
export function stepDuration({ step: { opened, sealed } }: Seen): number {
  return opened === null || sealed === null ? 0 : Date.parse(sealed) - Date.parse(opened);
}

function add(a: Samples, b: Samples): Samples {
  return { candidate: a.candidate + b.candidate, stable: a.stable + b.stable };
}

/** Share of the known number of batches that is over; `null` where the number is not known. */
export function timeOver({ batches, calibration }: Seen, { horizon }: GateQuestion): number | null {
  return horizon === undefined ? null : (batches.count - calibration) / horizon;
}
