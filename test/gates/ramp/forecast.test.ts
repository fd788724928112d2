import { describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import { affordableRate } from '../../../gates/ramp/affordable.ts';
import { forecastRamp } from '../../../gates/ramp/forecast.ts';
import { planRollout } from '../../../domain/plan.ts';
import { RAMP } from './support.ts';

const plan = (spec: Partial<RolloutSpec> = {}) => planRollout({ endpoint: 'digits', model: 'digits', ...spec });

describe('what a ramp is expected to do', () => {
  test('at the defaults: a minute a step, longer at the one that proves, and the load', () => {
    expect(forecastRamp(plan(), { requestsPerSecond: 20 })).toEqual({
      steps: [
        { weight: 250, requests: 30, durationMs: 60_000 },
        { weight: 750, requests: 90, durationMs: 60_000 },
        { weight: 1_000, requests: 320, durationMs: 160_000 },
        { weight: 5_000, requests: 600, durationMs: 60_000 },
      ],
      stuck: null,
    });
  });

  test('takes smaller steps where the budget is small, and longer where traffic is', () => {
    const weights = (badExposure: number) =>
      forecastRamp(plan({ risk: { badExposure } }), { requestsPerSecond: 20 })?.steps.map(({ weight }) => weight);
    expect(weights(10)?.length).toBeGreaterThan(weights(100)?.length ?? Infinity);
    const slow = forecastRamp(plan(), { requestsPerSecond: 1 })?.steps ?? [];
    expect(slow).toEqual([
      { weight: 1_000, requests: 431, durationMs: 4_310_000 },
      { weight: 5_000, requests: 30, durationMs: 60_000 },
    ]);
  });

  test('says what it gets stuck on: budget or time', () => {
    const failing = { requestsPerSecond: 20, badRate: 0.05 };
    expect(forecastRamp(plan({ risk: { badExposure: 50 } }), failing)?.stuck).toBe(
      'the risk budget does not cover the next requests: 50 of 50 bad responses may be spent, and up to 1.3 % of the ' +
        "candidate's answers may be bad beyond stable's own",
    );
    expect(forecastRamp(plan({ canary: { maxDuration: '2m' } }), { requestsPerSecond: 0.1 })?.stuck).toMatch(
      /^too few requests/,
    );
  });

  test('is nothing where steps are named', () => {
    const named = plan({ canary: { steps: [5, 50] } });
    expect(forecastRamp(named, { requestsPerSecond: 20 })).toBeNull();
  });
});

describe('a budget suffices', () => {
  const affordable = (badExposure: number, spec: Partial<RolloutSpec> = {}) =>
    affordableRate({ ...RAMP, badExposure }, plan(spec).gates);

  test('for endpoints that fail the more often the larger it is', () => {
    expect([10, 30, 100, 200].map((budget) => affordable(budget))).toEqual([0.002, 0.01, 0.05, 0.1]);
  });

  test('for less where the margin is smaller', () => {
    expect(affordable(100, { gates: { errors: { margin: 0.002 } } })).toBeLessThan(affordable(100) ?? 0);
  });

  test('for nothing at all where nothing can be proved', () => {
    expect(affordable(100, { gates: { errors: { margin: 0 } } })).toBeNull();
  });
});
