import type { Evidence } from './evidence.ts';
import type { GateBatch } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { Seen } from './seen.ts';
import type { Verdict } from '../domain/verdict.ts';
import { NOTHING_SEEN, isCalibration, isEvidence, see, seeCalibration, timeOver } from './seen.ts';
import { NO_EVIDENCE } from './evidence.ts';
import { UNCALIBRATED, calibrateAlone, calibrationOf } from './calibration.ts';
import { armOf } from './batch-tables.ts';
import { questionsOfOthers } from './ab/other-arms.ts';
import { culprits } from './culprits.ts';
import { stageGate } from './stage-gate.ts';
import type { RampState } from './ramp/ramp.ts';
import { observeRamp, openRamp } from './ramp/ramp.ts';
import { verdictOf } from './verdict-of.ts';

/** A gate between two looks: plain data; what it remembers is 3 to 5 KB, so that it fits into a heartbeat. */
export interface GateState {
  readonly question: GateQuestion;
  readonly seen: Seen;
  readonly evidence: Evidence;
  /** Metrics on which the candidate failed; once it has, it stays so, whatever comes later. */
  readonly failed: readonly string[];
  readonly ramp?: RampState;
  /** The gates of a test's further arms. */
  readonly others?: readonly GateState[];
}

/** A gate that has seen nothing yet. */
export function openGate({ calibration, ...question }: GateQuestion): GateState {
  const evidence = calibration
    ? { ...NO_EVIDENCE, noise: calibration.noise, latency: { ...NO_EVIDENCE.latency, stable: calibration.latency } }
    : NO_EVIDENCE;
  const others = questionsOfOthers(question).map(openGate);
  return { question, seen: NOTHING_SEEN, evidence, failed: [], ...(others.length > 0 && { others }) };
}

/** The gate after one more batch; unchanged by batches of other rollouts and earlier stages, and by one it has seen. */
export function observe(state: GateState, batch: GateBatch): GateState {
  const { question, seen } = state;
  if (!isEvidence(batch, question, seen)) return state;
  if (isCalibration(batch, question)) return calibrate(state, batch);
  const stage = stageGate(question);
  const evidence = stage.observe(calibrated(state.evidence), batch, question);
  const after = { ...evidence, noise: stillNeeded(evidence) };
  const nowSeen = see(seen, batch, stage.samples(batch, question), question);
  const standings = stage.standings(after, question, timeOver(nowSeen, question));
  const failed = state.failed.length > 0 ? state.failed : culprits(standings, question);
  const ramp = question.plan.ramp && observeRamp(state.ramp ?? openRamp(question.plan), batch, question);
  const others = state.others?.map((other) => observe(other, batch));
  return { question, seen: nowSeen, evidence: after, failed, ...(ramp && { ramp }), ...(others && { others }) };
}

function calibrate({ question, seen, evidence, failed }: GateState, batch: GateBatch): GateState {
  const [stable, candidate] = [armOf(batch, question.stable), armOf(batch, question.candidate)];
  const alone = stable.n > 0 && candidate.n === 0;
  const calibrating = alone ? calibrateAlone(evidence.calibrating ?? UNCALIBRATED, stable) : evidence.calibrating;
  return { question, seen: seeCalibration(seen, batch), evidence: { ...evidence, calibrating }, failed };
}

/** The evidence once the calibration is over. */
function calibrated(evidence: Evidence): Evidence {
  if (evidence.calibrating === null) return evidence;
  const { noise, latency } = calibrationOf(evidence.calibrating);
  return { ...evidence, calibrating: null, noise, latency: { ...evidence.latency, stable: latency } };
}

/** What is known of a metric's noise is part of its track once there is one. */
function stillNeeded({ noise, tracks }: Evidence): Evidence['noise'] {
  return Object.fromEntries(Object.entries(noise).filter(([metric]) => !tracks[metric]?.against));
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
