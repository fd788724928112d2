import { describe, expect, test } from 'vitest';
import type { GateBatch } from '../../../domain/gate-batch.ts';
import type { Verdict } from '../../../domain/verdict.ts';
import { firstWeight, largestNext, lastWeight, type RampPlan } from '../../../domain/ramp.ts';
import { judge, observe, openGate } from '../../../gates/gate.ts';
import { BATCH_MS, RAMP } from './support.ts';
import { HEALTHY, STABLE, batch, question, simulatedArm, simulatedBatch, type Behaviour } from '../support/batches.ts';
import { random } from '../support/random.ts';

interface Rollout {
  readonly verdict: Verdict;
  readonly weights: readonly number[];
  /** Requests that the candidate met. */
  readonly met: number;
}

/** A canary as the workflow carries it out: gate after gate, each over all batches since the first step. */
function roll(
  seed: number,
  perBatch: number,
  candidate: (weight: number) => Behaviour,
  { ramp = RAMP, stable = HEALTHY }: { ramp?: RampPlan; stable?: Behaviour } = {},
): Rollout {
  const next = random(seed);
  const alone = { fence: { epoch: 7, sequence: 1 } };
  const batches: GateBatch[] = Array.from({ length: 6 }, (_, i) =>
    batch(i, { ...alone, arms: [simulatedArm(next, STABLE, perBatch, stable)] }),
  );
  const weights = [firstWeight(ramp, perBatch, BATCH_MS)];
  for (let sequence = 2, met = 0; ; sequence += 1) {
    const weight = weights.at(-1) ?? 0;
    const place = { calibrationSequence: 1, stageSequence: 2, stepSequence: sequence };
    const asked = question({ ...place, weight, nextWeight: largestNext(ramp, weight) });
    let state = batches.reduce(observe, openGate({ ...asked, plan: { ...asked.plan, ramp } }));
    let verdict = judge(state);
    while (verdict.decision === 'inconclusive' && batches.length < 300) {
      const arms = { requests: perBatch, weight, candidate: candidate(weight), stable };
      const sealed = { ...simulatedBatch(next, batches.length, arms), fence: { epoch: 7, sequence } };
      met += sealed.arms[1]?.n ?? 0;
      batches.push(sealed);
      state = observe(state, sealed);
      verdict = judge(state);
    }
    if (verdict.decision !== 'pass' || weight >= lastWeight(ramp)) return { verdict, weights, met };
    weights.push(verdict.ramp?.nextWeight ?? 0);
  }
}

const SEEDS = Array.from({ length: 10 }, (_, i) => 40_000 + i);

describe('a ramp that its gate watches', () => {
  test.each([100, 1_000, 10_000])('costs a dead candidate at most thirty requests, at %d a batch', (perBatch) => {
    for (const seed of SEEDS.slice(0, perBatch > 1_000 ? 2 : 10)) {
      const { verdict, weights, met } = roll(seed, perBatch, () => ({ ...HEALTHY, errors: 1 }));
      expect(verdict.decision).toBe('fail');
      expect(weights).toHaveLength(1);
      expect(met).toBeLessThanOrEqual(30);
    }
  });

  test('takes a good candidate to its full proof and through a minute of load, and says what that may have cost', () => {
    for (const seed of SEEDS) {
      const { verdict, weights, met } = roll(seed, 1_000, () => HEALTHY);
      expect(verdict.decision).toBe('pass');
      expect(weights).toEqual([50, 500, 1_000, 5_000]);
      // Six batches of 500, some before; a step that waited for its proof again would take more.
      expect(met).toBeLessThan(2 * 6 * 500);
      expect(verdict.ramp).toMatchObject({ nextWeight: 10_000, budget: 100 });
      expect(verdict.ramp?.spent).toBeLessThan(40);
    }
  });

  test.each([
    ['errors', { ...HEALTHY, errors: 0.2 }],
    ['latency', { ...HEALTHY, medianMs: 180 }],
  ])('takes one back that does not bear the load, for its %s', (metric, loaded) => {
    for (const seed of SEEDS.slice(0, 5)) {
      const { verdict, weights } = roll(seed, 1_000, (weight) => (weight > 1_000 ? loaded : HEALTHY));
      expect(weights.at(-1)).toBe(5_000);
      expect(verdict.decision).toBe('fail');
      expect(verdict.culprits?.join()).toContain(metric);
    }
  });

  test('stops for want of budget before a gate is sure, and blames nobody', () => {
    const small = { ...RAMP, badExposure: 12 };
    const { verdict } = roll(7, 1_000, () => ({ ...HEALTHY, errors: 0.04 }), { ramp: small });
    expect(verdict).toMatchObject({ decision: 'error', reason: 'RiskBudgetSpent', culprits: [] });
    expect(verdict.summary).toMatch(
      /^the risk budget does not cover the next requests: \d+ of 12 bad responses may be/,
    );
  });
});
