import type { GateBatch } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { Samples } from './evidence.ts';
import type { Verdict } from '../domain/verdict.ts';
import { sha256 } from './sha256.ts';

/** Which batches a gate has looked at, and how much the step's own ones hold. */
export interface Seen {
  readonly batches: Verdict['batches'];
  readonly samples: Samples;
  readonly step: Samples & { readonly opened: string | null; readonly sealed: string | null };
  /** Log entries that were shed before they were counted. */
  readonly lost: number;
}

const NONE: Samples = { candidate: 0, stable: 0 };

export const NOTHING_SEEN: Seen = {
  batches: { count: 0, first: 0, last: -1, hash: '' },
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
  const ours = fence.epoch === question.epoch && fence.sequence >= question.stageSequence;
  return ours && index > batches.last;
}

export function see(seen: Seen, batch: GateBatch, samples: Samples, { stepSequence }: GateQuestion): Seen {
  const { count, first, hash } = seen.batches;
  const own = batch.fence.sequence >= stepSequence;
  return {
    batches: {
      count: count + 1,
      first: count === 0 ? batch.index : first,
      last: batch.index,
      hash: sha256(hash + batch.hash),
    },
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
