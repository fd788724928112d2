import { describe, expect, test } from 'vitest';
import { FULL_WEIGHT } from '../../domain/route.ts';
import {
  afterProof,
  firstWeight,
  largestNext,
  lastWeight,
  leastNext,
  planRamp,
  stepCounts,
  type RampPlan,
} from '../../domain/ramp.ts';

const RAMP: RampPlan = { badExposure: 100, maxWeight: 1_000, growth: 3, minDurationMs: 60_000 };
const BATCH_MS = 10_000;

describe('the first weight of a ramp', () => {
  test('lets the candidate meet five requests in its first batch, whatever the traffic is', () => {
    for (const perBatch of [60, 500, 8_000, 49_000])
      expect((firstWeight(RAMP, perBatch, BATCH_MS) * perBatch) / FULL_WEIGHT).toBeCloseTo(5, 0);
  });

  test('is at most a tenth where there is little traffic, and a hundredth where there is none just now', () => {
    expect(firstWeight(RAMP, 3, BATCH_MS)).toBe(1_000);
    expect(firstWeight(RAMP, 0, BATCH_MS)).toBe(100);
  });

  test('is the finest there is where the traffic is not known, or very large', () => {
    expect(firstWeight(RAMP, null, BATCH_MS)).toBe(1);
    expect(firstWeight(RAMP, 1e6, BATCH_MS)).toBe(1);
  });

  test('is smaller where five requests a batch would use up the budget within the step', () => {
    expect(firstWeight({ ...RAMP, badExposure: 12 }, 1_000, BATCH_MS)).toBe(20);
    expect(firstWeight({ ...RAMP, badExposure: 12, minDurationMs: 0 }, 1_000, BATCH_MS)).toBe(50);
  });

  test('is never above the last', () => {
    expect(firstWeight({ ...RAMP, maxWeight: 50 }, 3, BATCH_MS)).toBe(50);
  });
});

describe('the steps of a ramp that nothing holds up', () => {
  const steps = (weight: number, ramp = RAMP): number[] => {
    if (weight >= lastWeight(ramp)) return [weight];
    const next = weight >= ramp.maxWeight ? afterProof(ramp, weight) : largestNext(ramp, weight);
    return [weight, ...steps(next, ramp)];
  };

  test('grow tenfold up to a twentieth of the traffic, then threefold, and all the way when it is not far; then comes the load', () => {
    expect(steps(5)).toEqual([5, 50, 500, 1_000, 5_000]);
    expect(steps(50)).toEqual([50, 500, 1_000, 5_000]);
    expect(steps(200)).toEqual([200, 600, 1_000, 5_000]);
    expect(steps(1_000)).toEqual([1_000, 5_000]);
    expect(steps(1_000, { ...RAMP, maxWeight: 3_900 })).toEqual([1_000, 3_000, 3_900, 5_000]);
  });

  test('have no load step where the proof is asked for at nearly half of the traffic, or more', () => {
    expect(steps(50, { ...RAMP, maxWeight: 5_000 })).toEqual([50, 500, 1_500, 5_000]);
    expect(steps(1_000, { ...RAMP, maxWeight: 4_000 })).toEqual([1_000, 3_000, 4_000]);
    expect(steps(3_000, { ...RAMP, maxWeight: 9_000 })).toEqual([3_000, 9_000]);
  });

  test('are six at most, so that a history stays short', () => {
    for (let first = 1; first <= 1_000; first += 1) expect(steps(first).length).toBeLessThanOrEqual(6);
  });

  test('are asked for the proof that all traffic takes from the last before the load on, and lead to it from the load', () => {
    expect([999, 1_000, 5_000].map((weight) => largestNext(RAMP, weight))).toEqual([1_000, FULL_WEIGHT, FULL_WEIGHT]);
    expect(afterProof(RAMP, 5_000)).toBe(FULL_WEIGHT);
    expect(afterProof({ ...RAMP, maxWeight: 4_000 }, 4_000)).toBe(FULL_WEIGHT);
  });
});

test('a step grows by half at least, so that a ramp has no more than two dozen of them whatever the budget allows', () => {
  expect([leastNext(RAMP, 1), leastNext(RAMP, 100), leastNext(RAMP, 900)]).toEqual([2, 150, 1_000]);
  expect(stepCounts(RAMP)).toEqual({ fewest: 2, most: 18 });
  expect(stepCounts({ ...RAMP, maxWeight: 5_000 })).toEqual({ fewest: 3, most: 21 });
});

test('naming steps, or none on purpose, leaves the ramp out', () => {
  expect(planRamp({ canary: { steps: [10] } })).toBeNull();
  expect(planRamp({ canary: { steps: [] } })).toBeNull();
  expect(planRamp({ canary: { minDuration: '5m' }, risk: { badExposure: 20, maxPercent: 12.5 } })).toEqual({
    badExposure: 20,
    maxWeight: 1_250,
    growth: 3,
    minDurationMs: 300_000,
  });
});
