import { describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import type { StepNeed } from '../../gates/plan/step-needs.ts';
import { checkGates } from '../../gates/plan-check.ts';
import { givenTraffic } from '../../gates/plan/traffic.ts';
import { planRollout } from '../../domain/plan.ts';

const check = (spec: Partial<RolloutSpec>, rate?: number) =>
  checkGates(planRollout({ endpoint: 'digits', model: 'digits', ...spec }), rate ? givenTraffic(rate) : null);

const STEPS: Partial<RolloutSpec> = { canary: { steps: [1, 5, 10, 25, 50] } };

const canaryOf = (needs: readonly StepNeed[]) => needs.filter(({ stage }) => stage === 'canary');
const total = (needs: readonly StepNeed[]) => needs.reduce((sum, { requests }) => sum + (requests ?? Infinity), 0);

describe('what a plan asks for', () => {
  test('by steps of its own: few requests at first, about 350 altogether', () => {
    const { needs, errors, cautions } = check(STEPS, 50);
    expect([errors, cautions]).toEqual([[], []]);
    expect(needs.map(({ stage, weight }) => [stage, weight])).toEqual([
      ['shadow', 10_000],
      ['canary', 100],
      ['canary', 500],
      ['canary', 1_000],
      ['canary', 2_500],
      ['canary', 5_000],
    ]);
    const canary = canaryOf(needs);
    expect(needs[0]?.requests).toBe(200);
    expect(Math.max(...canary.slice(0, 2).map(({ requests }) => requests ?? Infinity))).toBeLessThanOrEqual(40);
    expect(total(canary)).toBeLessThanOrEqual(400);
  });

  test('with every default: the steps of the ramp, as few requests at first as its traffic allows', () => {
    const needs = canaryOf(check({}, 50).needs);
    const weights = needs.map(({ weight }) => weight);
    expect(weights).toEqual(weights.toSorted((a, b) => a - b));
    expect(weights[0]).toBeLessThanOrEqual(100);
    expect(total(needs)).toBeLessThanOrEqual(500);
  });

  test('in time, at the expected rate, in whole batches; without a rate only in requests', () => {
    const [, first] = check(STEPS, 5).needs;
    const needed = ((first?.requests ?? 0) / (5 * 0.01)) * 1_000;
    expect(first?.durationMs).toBe(Math.ceil(needed / 10_000) * 10_000);
    expect(first?.expected).toBeGreaterThanOrEqual(first?.requests ?? Infinity);
    const unknown = check(STEPS).needs;
    expect(unknown.every(({ durationMs, expected }) => durationMs === null && expected === null)).toBe(true);
  });

  test('for a ramp no less time than each of its steps takes at least', () => {
    const needs = canaryOf(check({ canary: { minDuration: '3m' } }, 1_000).needs);
    expect(needs.every(({ durationMs }) => (durationMs ?? 0) >= 180_000)).toBe(true);
  });

  test('and more where upper quantiles have to be proved', () => {
    const strict = check({ ...STEPS, gates: { latency: { p99: { required: true } } } });
    expect(total(strict.needs)).toBeGreaterThan(total(check(STEPS).needs));
  });

  test('and more where answers fail that are no fault of the candidate', () => {
    const plan = planRollout({ endpoint: 'digits', model: 'digits', ...STEPS });
    const noisy = { ...givenTraffic(50), errors: 0.01, rejected: 0.005 };
    expect(total(checkGates(plan, noisy).needs)).toBeGreaterThan(1.5 * total(check(STEPS, 50).needs));
  });

  test('the same each time it is asked', () => {
    expect(check({}, 3)).toEqual(check({}, 3));
  });
});

describe('what servers use', () => {
  const cpu = { gates: { cpu: {} } };

  test('is proved batch by batch before all traffic, not request by request', () => {
    const needs = canaryOf(check({ ...STEPS, ...cpu }, 100).needs);
    const proofs = needs.map(({ proofs }) => proofs.find(({ metric }) => metric === 'cpu'));
    expect(proofs.slice(0, -1)).toEqual([undefined, undefined, undefined, undefined]);
    const { durationMs } = proofs.at(-1) ?? {};
    expect(durationMs).toBeGreaterThan(0);
    expect((durationMs ?? 1) % 10_000).toBe(0);
  });

  test('cannot be read where a batch has hardly a request: a longer batch helps', () => {
    const { cautions } = check({ ...STEPS, ...cpu }, 0.5);
    const [caution] = cautions.filter(({ path }) => path === 'gates.cpu.margin');
    expect(caution?.message).toMatch(/^at 30 requests\/min canary at 50 % has too few requests in 10s to read cpu/);
    const [batch] = caution?.remedies ?? [];
    expect(batch?.paths).toEqual(['gates.batch']);
    const changed = check({ ...STEPS, gates: { cpu: {}, batch: batch?.value as '1m' } }, 0.5);
    expect(changed.cautions.filter(({ path }) => path === 'gates.cpu.margin')).toEqual([]);
  });
});
