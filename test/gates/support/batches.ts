import type { ArmCounts, GateBatch, LatencySketch, PairCounts } from '../../../domain/gate-batch.ts';
import type { GateQuestion } from '../../../domain/gate-question.ts';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import { binomial, latency } from './random.ts';
import { msToIndex } from '../../../gates/histogram.ts';
import { planRollout } from '../../../domain/plan.ts';

export const CANDIDATE = 'v4-3f2a9c01b2d4';
export const STABLE = 'v3-a01b2c3d4e5f';

/** A canary at 20 % that would go to all traffic, with every default; the spec's `gates` and the question can be overridden. */
export function question(over: Partial<GateQuestion> = {}, gates: RolloutSpec['gates'] = {}): GateQuestion {
  const plan = planRollout({ endpoint: 'digits', model: 'digits', gates });
  return {
    stage: 'canary',
    candidate: CANDIDATE,
    stable: STABLE,
    plan: plan.gates,
    shadow: plan.shadow,
    epoch: 7,
    stageSequence: 2,
    stepSequence: 3,
    weight: 2_000,
    nextWeight: 10_000,
    minDurationMs: 60_000,
    ...over,
  };
}

/** Batch number `index` of ten seconds, under the step's fence. */
export function batch(index: number, parts: Partial<GateBatch> = {}): GateBatch {
  const opened = new Date(1_780_000_000_000 + index * 10_000);
  return {
    endpoint: 'digits',
    fence: { epoch: 7, sequence: 3 },
    index,
    opened: opened.toISOString(),
    sealed: new Date(opened.getTime() + 10_000).toISOString(),
    arms: [],
    pairs: [],
    labels: [],
    lost: 0,
    hash: `sha256:${index}`,
    ...parts,
  };
}

export function arm(version: string, n: number, parts: Partial<ArmCounts> = {}): ArmCounts {
  return { version, n, errors: 0, timeouts: 0, rejected: 0, latency: [[200, n]], users: null, ...parts };
}

export function pairs(n: number, parts: Partial<PairCounts> = {}): PairCounts {
  const none = { disagree: 0, onlyAgainstFailed: 0, onlyVersionFailed: 0, unpaired: 0 };
  return { version: CANDIDATE, against: STABLE, n, ...none, latency: [[200, n]], latencyAgainst: [[200, n]], ...parts };
}

export function sketch(latencies: readonly number[]): LatencySketch {
  const counts = new Map<number, number>();
  for (const ms of latencies) counts.set(msToIndex(ms), (counts.get(msToIndex(ms)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}

/** How a simulated version behaves. */
export interface Behaviour {
  readonly errors: number;
  readonly medianMs: number;
  /** Share of requests that take `tailTimes` as long. */
  readonly tail: number;
  readonly tailTimes: number;
}

export const HEALTHY: Behaviour = { errors: 0.001, medianMs: 60, tail: 0, tailTimes: 1 };

export function simulatedArm(next: () => number, version: string, n: number, behaviour: Behaviour): ArmCounts {
  const { errors, medianMs, tail, tailTimes } = behaviour;
  const latencies = Array.from({ length: n }, () => latency(next, medianMs) * (next() < tail ? tailTimes : 1));
  return arm(version, n, { errors: binomial(next, n, errors), latency: sketch(latencies) });
}

/** One batch of a simulated canary: `requests` requests, split at random. */
export function simulatedBatch(
  next: () => number,
  index: number,
  {
    requests,
    weight,
    candidate,
    stable,
  }: { requests: number; weight: number; candidate: Behaviour; stable: Behaviour },
): GateBatch {
  const n = binomial(next, requests, weight / 10_000);
  const arms = [simulatedArm(next, STABLE, requests - n, stable), simulatedArm(next, CANDIDATE, n, candidate)];
  return batch(index, { arms });
}
