import { describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import { givenTraffic } from '../../../gates/plan/traffic.ts';
import { planRollout } from '../../../domain/plan.ts';
import { powerCautions, powerOf } from '../../../gates/plan/power.ts';

const planOf = (spec: Partial<RolloutSpec> = {}) => planRollout({ endpoint: 'digits', model: 'digits', ...spec });

describe('the power of a canary', () => {
  const power = powerOf(planOf(), givenTraffic(20));
  const of = (fault: string) => power.find((known) => known.fault === fault);

  test('covers a dead candidate and each metric of requests that can roll back', () => {
    const faults = ['dead', 'errors', 'rejected', 'latency.p50', 'latency.p95', 'latency.p99'];
    expect(power.map(({ fault }) => fault)).toEqual(faults);
  });

  test('tells a dead candidate by a handful of requests', () => {
    expect(of('dead')?.rolledBack).toBe(of('dead')?.runs);
    expect(of('dead')?.requests).toBeLessThanOrEqual(30);
  });

  test('promotes nothing that is worse by twice a required margin', () => {
    for (const fault of ['errors', 'rejected', 'latency.p50']) expect(of(fault)?.promoted).toBe(0);
  });

  test('accounts for every simulated canary, and is the same each time', () => {
    for (const { runs, rolledBack, held, promoted } of power) {
      expect(runs).toBeGreaterThan(0);
      expect(rolledBack + held + promoted).toBeLessThanOrEqual(runs);
    }
    expect(powerOf(planOf(), givenTraffic(20))).toEqual(power);
  });

  test('is larger where more traffic comes in the same time', () => {
    const plan = planOf({ canary: { steps: [10, 50], maxDuration: '10m' } });
    const back = (rate: number) => powerOf(plan, givenTraffic(rate)).reduce((sum, each) => sum + each.rolledBack, 0);
    expect(back(0.2)).toBeLessThan(back(50));
  });

  test('counts wrong answers where labels are asked for', () => {
    const plan = planOf({ gates: { accuracy: { margin: 0.2, required: true } } });
    const [accuracy] = powerOf(plan, givenTraffic(20)).filter(({ fault }) => fault === 'accuracy');
    expect(accuracy?.rolledBack).toBe(accuracy?.runs);
  });

  test('does not matter without a canary', () => {
    expect(powerOf(planOf({ canary: { steps: [] } }), null)).toEqual([]);
  });
});

test('what got through because nobody asks for its proof is a caution, with what would ask for it', () => {
  const found = { runs: 5, rolledBack: 3, held: 0, promoted: 2, ms: 60_000, requests: 40 };
  const power = ['dead', 'errors', 'latency.p99'].map((fault) => ({ fault, ...found }));
  const cautions = powerCautions(planOf().gates, power);
  expect(cautions.map(({ path, remedies }) => [path, remedies])).toEqual([
    ['gates.latency.p99', [{ paths: ['gates.latency.p99.required'], value: true }]],
  ]);
});
