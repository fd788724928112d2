import type { ArmCounts, GateBatch } from '../../domain/gate-batch.ts';
import type { RampPlan } from '../../domain/ramp.ts';
import type { RampState } from './ramp.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { describeOverspending, isBearable, isOutOfBudget, nextWeight, rampObstacles } from './allowance.ts';
import { firstWeight, lastWeight } from '../../domain/ramp.ts';
import { observeRamp, openRamp } from './ramp.ts';

/** One step that a ramp is expected to take. */
export interface ForecastStep {
  /** Parts per 10,000. */
  readonly weight: number;
  /** Requests of the candidate within the step. */
  readonly requests: number;
  readonly durationMs: number;
}

export interface RampForecast {
  readonly steps: readonly ForecastStep[];
  /** What keeps the last step from leading on, in words; `null` when all traffic is reached. */
  readonly stuck: string | null;
}

/** What is expected of an endpoint: live requests a second, and the share of bad answers of both arms. */
export interface ExpectedTraffic {
  readonly requestsPerSecond: number;
  readonly badRate?: number;
}

/**
 * The steps of a ramp if the candidate is exactly as good as stable: up to `maxWeight`, where the excess of bad responses is
 * proved to be within its margin, and the load step. `null` for a plan without a ramp.
 *
 * @example
 * forecastRamp(plan, { requestsPerSecond: 20 })?.steps.map(({ weight }) => weight); // [250, 750, 1000, 5000]
 */
export function forecastRamp(
  plan: RolloutPlan,
  { requestsPerSecond, badRate = 0 }: ExpectedTraffic,
): RampForecast | null {
  const { ramp } = plan.canary;
  if (!ramp) return null;
  const { batchMs } = plan.serving;
  const perBatch = (requestsPerSecond * batchMs) / 1_000;
  const steps: ForecastStep[] = [];
  let state = openRamp(plan.gates);
  let weight = firstWeight(ramp, perBatch, batchMs);
  for (;;) {
    const step = playStep(state, plan, ramp, { weight, perBatch, badRate });
    const requests = step.state.requests - state.requests;
    state = step.state;
    steps.push({ weight, requests: Math.ceil(requests), durationMs: step.batches * batchMs });
    if (step.stuck !== null || weight >= lastWeight(ramp)) return { steps, stuck: step.stuck };
    weight = nextWeight(state, ramp, { weight, plan: plan.gates });
  }
}

/** Live requests a second that a plan is shown for where nobody says how many there are. */
export const NOMINAL_RATE = 10;

interface Expected {
  readonly weight: number;
  readonly perBatch: number;
  readonly badRate: number;
}

function playStep(
  before: RampState,
  { canary, gates, serving }: RolloutPlan,
  ramp: RampPlan,
  expected: Expected,
): { state: RampState; batches: number; stuck: string | null } {
  const step = { weight: expected.weight, plan: gates };
  const batch = expectedBatch(expected, serving.batchMs);
  const most = Math.ceil(canary.maxDurationMs / serving.batchMs);
  let state = before;
  for (let batches = 1; batches <= most; batches += 1) {
    state = observeRamp(state, batch, ARMS);
    if (isOutOfBudget(state, ramp, step)) return { state, batches, stuck: describeOverspending(state, ramp) };
    const enough = state.requests - before.requests >= gates.minRequests;
    if (!enough || batches * serving.batchMs < ramp.minDurationMs) continue;
    const proving = step.weight === ramp.maxWeight;
    if (proving ? isBearable(state, gates) : rampObstacles(state, ramp, step).length === 0)
      return { state, batches, stuck: null };
  }
  const [obstacle] = rampObstacles(state, ramp, step);
  return { state, batches: most, stuck: obstacle ?? 'too few requests come in the time that a step may take' };
}

const ARMS = { candidate: 'candidate', stable: 'stable' };

/** A batch with the counts that are expected, which need not be whole. */
function expectedBatch({ weight, perBatch, badRate }: Expected, batchMs: number): GateBatch {
  const arm = (version: string, n: number): ArmCounts => {
    return { version, n, errors: n * badRate, timeouts: 0, rejected: 0, latency: [], users: null };
  };
  const candidate = (perBatch * weight) / FULL_WEIGHT;
  return {
    endpoint: '',
    fence: { epoch: 1, sequence: 1 },
    index: 0,
    opened: new Date(0).toISOString(),
    sealed: new Date(batchMs).toISOString(),
    arms: [arm(ARMS.candidate, candidate), arm(ARMS.stable, perBatch - candidate)],
    pairs: [],
    labels: [],
    lost: 0,
    hash: '',
  };
}
