import { describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { lintGatePlan } from '../../gates/plan-check.ts';
import { planRollout } from '../../domain/plan.ts';

const check = (spec: Partial<RolloutSpec>, rate?: number) =>
  lintGatePlan(planRollout({ endpoint: 'digits', model: 'digits', ...spec }), rate);

describe('what a plan asks for', () => {
  test('with every default: few requests at first, about 350 altogether', () => {
    const { needs, warnings } = check({}, 50);
    expect(warnings).toEqual([]);
    expect(needs.map(({ stage, weight }) => [stage, weight])).toEqual([
      ['shadow', 10_000],
      ['canary', 100],
      ['canary', 500],
      ['canary', 1_000],
      ['canary', 2_500],
      ['canary', 5_000],
    ]);
    const canary = needs.slice(1).map(({ requests }) => requests ?? Infinity);
    expect(needs[0]?.requests).toBe(200);
    expect(Math.max(...canary.slice(0, 2))).toBeLessThanOrEqual(40);
    expect(canary.reduce((sum, n) => sum + n)).toBeLessThanOrEqual(400);
  });

  test('in time, at the expected rate', () => {
    const [, first] = check({}, 5).needs;
    expect(first?.durationMs).toBe(((first?.requests ?? 0) / (5 * 0.01)) * 1_000);
    expect(check({}).needs.every(({ durationMs }) => durationMs === null)).toBe(true);
  });

  test('and more where upper quantiles have to be proved', () => {
    const strict = check({ gates: { latency: { p99: { required: true } } } });
    const total = (needs: typeof strict.needs) => needs.reduce((sum, { requests }) => sum + (requests ?? Infinity), 0);
    expect(total(strict.needs)).toBeGreaterThan(total(check({}).needs));
  });
});

describe('what cannot work out', () => {
  test('too little traffic for the time limit, naming the step and what it waits for', () => {
    const { warnings } = check({ canary: { maxDuration: '10m' } }, 1);
    expect(warnings).toEqual([
      expect.stringMatching(/^canary at 1 % is decided after .* at the earliest.*, but maxDuration is 10m$/),
    ]);
  });

  test('a shadow that gets too few copies', () => {
    expect(check({ shadow: { percent: 1 } }, 1).warnings[0]).toMatch(/^shadow is decided after 5h 33m/);
  });

  test('a margin of zero, which no number of requests proves', () => {
    expect(check({ shadow: false, gates: { errors: { margin: 0 } } }).warnings).toEqual([
      'canary at 1 % can never pass: errors cannot be proved',
    ]);
  });

  test('a required accuracy, until labels come', () => {
    const { warnings } = check({ gates: { accuracy: { required: true } } });
    expect(warnings).toEqual(['accuracy is required: no step passes before labels arrive for the candidate']);
  });
});
