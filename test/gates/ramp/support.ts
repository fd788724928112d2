import type { GateBatch } from '../../../domain/gate-batch.ts';
import type { GatePlan } from '../../../domain/plan.ts';
import { firstWeight, lastWeight, type RampPlan } from '../../../domain/ramp.ts';
import type { RampState } from '../../../gates/ramp/ramp.ts';
import { isBearable, isOutOfBudget, nextWeight, rampObstacles } from '../../../gates/ramp/allowance.ts';
import { observeRamp, openRamp } from '../../../gates/ramp/ramp.ts';
import { CANDIDATE, STABLE, arm, batch, question } from '../support/batches.ts';
import { binomial } from '../support/random.ts';

export const BATCH_MS = 10_000;

export const RAMP: RampPlan = { badExposure: 100, maxWeight: 1_000, growth: 3, minDurationMs: 60_000 };
export const PLAN: GatePlan = question().plan;

/** `[bad, all]` of the candidate's and of stable's responses in one batch. */
export function counts(
  index: number,
  candidate: readonly [number, number],
  stable: readonly [number, number],
): GateBatch {
  const arms = [arm(CANDIDATE, candidate[1], { errors: candidate[0] }), arm(STABLE, stable[1], { errors: stable[0] })];
  return batch(index, { arms });
}

/** Shares of bad responses in batch `t`. */
export type Rate = (t: number) => number;

export interface Climb {
  /** Harm at the true rates after each batch, and the bound on it. */
  readonly harm: readonly number[];
  readonly spent: readonly number[];
  /** The largest harm before the excess was proved to be within its margin. */
  readonly worst: number;
  readonly weights: readonly number[];
  readonly ended: 'loaded' | 'out of budget' | 'time';
  readonly state: RampState;
}

/** A ramp from its first weight through the proof and the load step, with nobody but the ramp to stop it. */
export function climb(
  next: () => number,
  rates: { readonly candidate: Rate; readonly stable: Rate; readonly perBatch: Rate },
  { ramp = RAMP, beta = PLAN.beta, batches = 120 }: { ramp?: RampPlan; beta?: number; batches?: number } = {},
): Climb {
  const asked = question();
  let state = openRamp({ beta });
  let weight = firstWeight(ramp, rates.perBatch(0), BATCH_MS);
  let worst = 0;
  let since = 0;
  const [harm, spent, weights]: [number[], number[], number[]] = [[], [], [weight]];
  const end = (ended: Climb['ended']): Climb => ({ harm, spent, worst, weights, ended, state });
  for (let t = 0; t < batches; t += 1) {
    const [total, p, q] = [rates.perBatch(t), rates.candidate(t), rates.stable(t)];
    const n = binomial(next, total, weight / 10_000);
    const known = isBearable(state, PLAN) || weight > ramp.maxWeight;
    harm.push((harm.at(-1) ?? 0) + n * (p - q));
    if (!known) worst = Math.max(worst, harm.at(-1) ?? 0);
    const table = counts(t, [binomial(next, n, p), n], [binomial(next, total - n, q), total - n]);
    state = observeRamp(state, table, asked);
    spent.push(state.spent);
    const step = { weight, plan: PLAN };
    if (isOutOfBudget(state, ramp, step)) return end('out of budget');
    since += 1;
    const unproved = weight === ramp.maxWeight && !isBearable(state, PLAN);
    if (unproved || since * BATCH_MS < ramp.minDurationMs || rampObstacles(state, ramp, step).length > 0) continue;
    if (weight >= lastWeight(ramp)) return end('loaded');
    weight = nextWeight(state, ramp, step);
    weights.push(weight);
    since = 0;
  }
  return end('time');
}
