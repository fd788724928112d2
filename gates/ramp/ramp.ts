import type { GateBatch } from '../../domain/gate-batch.ts';
import type { GatePlan } from '../../domain/plan.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { HarmLines } from './harm-bound.ts';
import type { TwoArms } from '../two-arms.ts';
import { NO_HARM, addHarm, harmBound } from './harm-bound.ts';

type Versions = Pick<GateQuestion, 'candidate' | 'stable'>;

/** What a ramp remembers of the batches that it has seen: plain data, about 150 bytes of JSON. */
export interface RampState {
  /** Chance that the bound on the harm is ever exceeded. */
  readonly beta: number;
  /** Requests of the candidate. */
  readonly requests: number;
  /** Upper bound on the harm so far: bad responses of the candidate beyond stable's rate in the same batches. */
  readonly spent: number;
  readonly lines: HarmLines;
  /** Live requests of both arms in a batch, and its milliseconds, of late. */
  readonly perBatch: number;
  readonly batchMs: number;
}

/** A ramp on which nobody has met the candidate yet. */
export function openRamp({ beta }: Pick<GatePlan, 'beta'>): RampState {
  return { beta, requests: 0, spent: 0, lines: NO_HARM, perBatch: 0, batchMs: 0 };
}

/**
 * The ramp after one more batch of the canary. Bad are errors, timeouts among them, and rejections.
 *
 * With a chance of at least 1 − `beta`, the harm done is at most `spent` after every batch, whatever the arms' rates do. It
 * counts whatever its cause, the noise of one arm too, and is worth what stable's rate says it would have been without.
 */
export function observeRamp(state: RampState, batch: GateBatch, question: Versions): RampState {
  const table = badTable(batch, question);
  const lines = addHarm(state.lines, table);
  const spent = harmBound(lines, state.beta, state.spent + table.candidate);
  const ms = Date.parse(batch.sealed) - Date.parse(batch.opened);
  return {
    beta: state.beta,
    requests: state.requests + table.candidate,
    spent: Math.ceil(spent * 1e3) / 1e3,
    lines,
    perBatch: recent(state, state.perBatch, table.candidate + table.stable),
    batchMs: recent(state, state.batchMs, ms),
  };
}

/** Upper bound on the share of the candidate's answers that are bad beyond stable's own; 1 while nothing is known. */
export function excessBound({ requests, spent }: RampState): number {
  return requests > 0 ? spent / requests : 1;
}

/** Weight of the batch itself in the running means: traffic of a minute ago says little about now. */
const FRESH = 0.3;

function recent({ batchMs }: RampState, before: number, now: number): number {
  const mean = batchMs === 0 ? now : before + FRESH * (now - before);
  return Math.round(mean * 1e3) / 1e3;
}

function badTable({ arms }: GateBatch, { candidate, stable }: Versions): TwoArms {
  const [ours, theirs] = [candidate, stable].map((version) => arms.find((arm) => arm.version === version));
  return {
    candidateBad: ours ? ours.errors + ours.rejected : 0,
    candidate: ours?.n ?? 0,
    stableBad: theirs ? theirs.errors + theirs.rejected : 0,
    stable: theirs?.n ?? 0,
  };
}
