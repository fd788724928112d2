import type { ArmCounts, GateBatch, LatencySketch } from '../../domain/gate-batch.ts';
import type { ArmLine, BatchLine, CalibrationLine, JudgeConfig, JudgeReply } from './protocol.ts';
import type { Calibrating } from '../calibration.ts';
import type { GateState } from '../gate.ts';
import { UNCALIBRATED, calibrateAlone, calibrateReplicas, calibrationOf } from '../calibration.ts';
import { judge, observe, openGate } from '../gate.ts';
import { msToIndex } from '../histogram.ts';
import { CANDIDATE, STABLE, questionOf } from './question.ts';

/** One run of `slipway judge`: what was asked, and instead of it the gate once there was a batch; plain data. */
export interface Session {
  readonly config: JudgeConfig | null;
  readonly calibrating: Calibrating | null;
  readonly gate: GateState | null;
}

export function openSession(config: JudgeConfig): Session {
  return { config, calibrating: null, gate: null };
}

/** The session after one more window of stable's replicas, before the first batch. */
export function calibrate(session: Session, { replicas }: CalibrationLine): Session {
  const counts = replicas.map((replica) => ({ ...countsOf(replica), rejected: 0 }));
  const known = session.calibrating ?? UNCALIBRATED;
  const [only, ...others] = counts;
  return {
    ...session,
    calibrating: only && others.length === 0 ? calibrateAlone(known, only) : calibrateReplicas(known, counts),
  };
}

/** The session after one more batch, and what it says. */
export function judgeBatch(session: Session, line: BatchLine): { session: Session; reply: JudgeReply } {
  const gate = observe(session.gate ?? open(session), batchOf(line));
  const { decision, summary, metrics } = judge(gate);
  const reply = {
    decision: DECISIONS[decision],
    summary,
    metrics: metrics.map(({ metric, decision: own, against, inFavour }) => ({
      metric,
      decision: own,
      against,
      in_favour: inFavour,
    })),
  };
  return { session: { config: null, calibrating: null, gate }, reply };
}

const DECISIONS = { pass: 'promote', fail: 'rollback', inconclusive: 'continue', error: 'continue' } as const;

function open({ config, calibrating }: Session): GateState {
  if (config === null) throw new Error('a session without a gate has its configuration');
  return openGate(questionOf(config, calibrating && calibrationOf(calibrating)));
}

/** Intervals have no length in the protocol: each is taken to be a minute. */
const MINUTE_MS = 60_000;

function batchOf({ t, stable, candidate, paired }: BatchLine): GateBatch {
  const version = { [STABLE]: stable, [CANDIDATE]: candidate };
  return {
    endpoint: '',
    fence: { epoch: 1, sequence: 1 },
    index: t,
    opened: new Date(t * MINUTE_MS).toISOString(),
    sealed: new Date((t + 1) * MINUTE_MS).toISOString(),
    arms: Object.entries(version).map(([name, arm]) => armOf(name, arm)),
    pairs: paired
      ? [
          {
            version: CANDIDATE,
            against: STABLE,
            n: paired.n,
            disagree: 0,
            onlyAgainstFailed: 0,
            onlyVersionFailed: 0,
            unpaired: 0,
            latency: [],
            latencyAgainst: [],
            wrong: { n: paired.n, onlyVersion: paired.candidate_only_wrong, onlyAgainst: paired.stable_only_wrong },
          },
        ]
      : [],
    labels: Object.entries(version).flatMap(([name, { labels }]) => (labels ? { version: name, ...labels } : [])),
    lost: 0,
    hash: `${t}`,
  };
}

function armOf(version: string, arm: ArmLine): ArmCounts {
  return { version, ...countsOf(arm), timeouts: 0, rejected: 0, users: null };
}

function countsOf({ n, errors, latencies_ms: latencies }: ArmLine) {
  return { n, errors, latency: sketchOf(latencies ?? []) };
}

function sketchOf(latencies: readonly number[]): LatencySketch {
  const counts = new Map<number, number>();
  for (const ms of latencies) {
    const bucket = msToIndex(ms);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a - b);
}
