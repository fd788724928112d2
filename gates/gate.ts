import type { Evidence } from './evidence.ts';
import type { GateBatch } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { Seen } from './seen.ts';
import type { Verdict } from '../domain/verdict.ts';
import { NOTHING_SEEN, isEvidence, see } from './seen.ts';
import { NO_EVIDENCE } from './evidence.ts';
import { culprits } from './culprits.ts';
import { stageGate } from './stage-gate.ts';
import { verdictOf } from './verdict-of.ts';

/** A gate between two looks: plain data of at most 4 KB, so that it fits into a heartbeat. */
export interface GateState {
  readonly question: GateQuestion;
  readonly seen: Seen;
  readonly evidence: Evidence;
  /** Metrics on which the candidate failed; once it has, it stays so, whatever comes later. */
  readonly failed: readonly string[];
}

/** A gate that has seen nothing yet. */
export function openGate(question: GateQuestion): GateState {
  return { question, seen: NOTHING_SEEN, evidence: NO_EVIDENCE, failed: [] };
}

/** The gate after one more batch; unchanged by batches of other rollouts and earlier stages, and by one it has seen. */
export function observe(state: GateState, batch: GateBatch): GateState {
  const { question, seen, evidence } = state;
  if (!isEvidence(batch, question, seen)) return state;
  const stage = stageGate(question);
  const after = stage.observe(evidence, batch, question);
  const failed = state.failed.length > 0 ? state.failed : culprits(stage.standings(after, question), question);
  return { question, seen: see(seen, batch, stage.samples(batch, question), question), evidence: after, failed };
}

/**
 * What the batches say so far.
 *
 * `fail` goes before `error`: what condemns a candidate does not become harmless by a wrong split. Time limits and stores
 * that do not answer are the caller's to judge.
 *
 * @example
 * const verdict = judge(batches.reduce(observe, openGate(question)));
 */
export function judge(state: GateState): Verdict {
  return verdictOf(state);
}

/** The verdict on a whole series of batches: what a recorded verdict is checked against. */
export function judgeAll(question: GateQuestion, batches: readonly GateBatch[]): Verdict {
  return judge(batches.reduce(observe, openGate(question)));
}
