import { describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { hasCanary, mostAfterShadow, planRollout } from '../../domain/plan.ts';

const plan = (spec: Partial<RolloutSpec> = {}) => planRollout({ endpoint: 'digits', model: 'digits', ...spec });

describe('a specification that names only endpoint and model', () => {
  test('rolls out the challenger on the local target', () => {
    expect(plan()).toMatchObject({ target: 'local', version: '@challenger', runtime: { kind: 'mlflow' } });
  });

  test('is shadowed with all traffic for at least 200 pairs', () => {
    expect(plan().shadow).toMatchObject({
      percent: 100,
      minPairs: 200,
      maxDisagreement: 0.1,
      maxDurationMs: 3_600_000,
    });
  });

  test('climbs to a proof at a tenth of the traffic within a budget of 100 bad responses, a minute at least and two hours at most a step', () => {
    expect(plan().canary).toEqual({
      steps: [],
      ramp: { badExposure: 100, maxWeight: 1_000, growth: 3, minDurationMs: 60_000 },
      maxDurationMs: 7_200_000,
      onInconclusive: 'hold',
    });
    expect(hasCanary(plan())).toBe(true);
  });

  test('must be proved no worse in errors, rejections and median latency', () => {
    const { errors, rejected, latency, accuracy } = plan().gates;
    expect({ errors, rejected, ...latency, accuracy }).toEqual({
      errors: { margin: 0.01, required: true },
      rejected: { margin: 0.01, required: true },
      p50: { margin: 0.5, required: true },
      p95: { margin: 0.5, required: false },
      p99: { margin: 1, required: false },
      accuracy: { margin: 0.02, required: false },
    });
  });

  test('soaks for a day in windows of a quarter of an hour, and is not validated without data', () => {
    expect(plan().soak).toEqual({ durationMs: 86_400_000, windowMs: 900_000 });
    expect(plan().validate).toBeNull();
  });

  test('leaves nothing open: a plan survives JSON as it is', () => {
    expect(JSON.parse(JSON.stringify(plan()))).toEqual(plan());
  });
});

describe('what a specification says is carried out', () => {
  test('stages can be left out', () => {
    expect(plan({ shadow: false, soak: false, validate: false })).toMatchObject({
      shadow: null,
      soak: null,
      validate: null,
    });
  });

  test('steps that are named take the place of the ramp; none at all leave the canary out', () => {
    const named = plan({ canary: { steps: [1, 5, 50] } });
    expect(named.canary.steps.map(({ weight }) => weight)).toEqual([100, 500, 5_000]);
    expect(named.canary.ramp).toBeNull();
    expect([named, plan({ canary: { steps: [] } })].map(hasCanary)).toEqual([true, false]);
  });

  test('a shadow is followed by the first step, a ramp of a tenth at most, or all traffic', () => {
    const following = [{}, { canary: { steps: [5, 50] } }, { canary: { steps: [] } }, { risk: { maxPercent: 3 } }];
    expect(following.map((spec) => mostAfterShadow(plan(spec)))).toEqual([1_000, 500, FULL_WEIGHT, 300]);
  });

  test('a step can wait longer, or for a person', () => {
    const canary = { steps: [5, { percent: 0.25, approval: true }, { percent: 50, minDuration: '1h' as const }] };
    expect(plan({ canary: { ...canary, minDuration: '2m' } }).canary.steps).toEqual([
      { weight: 500, approval: false, minDurationMs: 120_000 },
      { weight: 25, approval: true, minDurationMs: 120_000 },
      { weight: 5_000, approval: false, minDurationMs: 3_600_000 },
    ]);
  });

  test('percents become whole parts, also where binary fractions are not exact', () => {
    const steps = Array.from({ length: 1_000 }, (_, i) => (i + 1) / 10);
    const weights = plan({ canary: { steps } }).canary.steps.map(({ weight }) => weight);
    expect(weights).toEqual(steps.map((_, i) => (i + 1) * 10));
    expect(weights.at(-1)).toBe(FULL_WEIGHT);
  });

  test('a margin alone leaves the metric as required as it was', () => {
    const { gates } = plan({ gates: { errors: { margin: 0.05 }, accuracy: { required: true } } });
    expect(gates.errors).toEqual({ margin: 0.05, required: true });
    expect(gates.accuracy).toEqual({ margin: 0.02, required: true });
  });

  test('a soak window is never longer than the soak', () => {
    expect(plan({ soak: { duration: '5m' } }).soak).toEqual({ durationMs: 300_000, windowMs: 300_000 });
  });

  test('header names are compared in lower case, and sticky users are those that capture counts', () => {
    const sticky = plan({ sticky: { header: 'X-User-Id' } });
    expect([sticky.stickyHeader, sticky.serving.capture.userHeader]).toEqual(['x-user-id', 'x-user-id']);
    expect(plan({ capture: { userHeader: 'X-Account' } }).serving.capture.userHeader).toBe('x-account');
  });

  test('a version number and an alias are both kept as text', () => {
    expect([plan({ version: 7 }).version, plan({ version: '@next' }).version]).toEqual(['7', '@next']);
  });
});
