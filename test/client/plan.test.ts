import { describe, expect, test } from 'vitest';
import { planCautions, planTimes } from '../../client/plan-summary.ts';
import { planRollout } from '../../domain/plan.ts';
import { renderPlan } from '../../client/render/plan.ts';
import type { GatePlanCheck } from '../../gates/plan-check.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';

const CHECK: GatePlanCheck = {
  needs: [
    { stage: 'shadow', weight: 10_000, requests: 200, slowest: ['disagreement'], durationMs: null },
    { stage: 'canary', weight: 500, requests: 1240, slowest: ['errors'], durationMs: 60_000 },
    { stage: 'canary', weight: 5000, requests: null, slowest: ['errors'], durationMs: null },
  ],
  warnings: ['canary at 50 % cannot pass'],
};

const SPEC: RolloutSpec = {
  endpoint: 'digits',
  model: 'digits',
  version: 8,
  validate: { data: { source: 'data/holdout.csv', label: 'y' }, slices: [{ name: 'new', where: 'age < 30' }] },
  canary: { steps: [5, { percent: 50, approval: true, minDuration: '10m' }] },
  soak: { duration: '1h' },
  approval: ['full'],
};

describe('the plan that is shown before anything starts', () => {
  test('names every stage with its limits, defaults filled in', () => {
    const lines = renderPlan(planRollout(SPEC), CHECK)
      .split('\n')
      .map((line) => line.replaceAll(/ {2,}/g, ' | '));
    expect(lines.slice(0, 11)).toEqual([
      'digits 8 → local/digits',
      '',
      'build | start the candidate and ask it for its own example | at most 30m',
      `validate | data/holdout.csv, column "y": accuracy at most 0.02 below stable's | at most 30m`,
      ' | slice "new" (age < 30): at most 0.05 below',
      'shadow | 100 % of live requests copied, at most 10 % differing, needs 200 pairs | at most 1h; undecided: hold',
      'canary | 5 % of live traffic, needs 1,240 requests, 1m at your rate | at least 1m, at most 2h; undecided: hold',
      ' | 50 % of live traffic, not proved by any number of requests (errors), after approval | at least 10m, at most 2h; undecided: hold',
      'full (after approval) | all traffic, then the registry alias',
      'soak | judged every 15m, stable kept ready | 1h',
      '',
    ]);
    expect(lines).toContain('takes at least 1h 11m, at most 7h, and 2 approvals, each within 7d');
    expect(lines).toContain('! canary at 50 % cannot pass');
    expect(lines).toContain(' | errors | at most 1 % more | must be proved to go on');
  });

  test('counts the waits that traffic cannot shorten', () => {
    expect(planTimes(planRollout(SPEC), [])).toEqual({ atLeastMs: 71 * 60_000, atMostMs: 7 * 3_600_000, approvals: 2 });
  });

  test('counts the time that traffic takes, where the rate is known', () => {
    const needs = CHECK.needs.map((need) => ({ ...need, durationMs: 5 * 60_000 }));
    expect(planTimes(planRollout(SPEC), needs).atLeastMs).toBe((5 + 5 + 10 + 60) * 60_000);
  });

  test('has no upper limit where an undecided gate goes on', () => {
    const spec: RolloutSpec = { ...SPEC, canary: { onInconclusive: 'extend' } };
    expect(planTimes(planRollout(spec), []).atMostMs).toBeNull();
    expect(renderPlan(planRollout(spec), CHECK)).toContain('without a limit, because a gate extends');
  });

  test('warns of what was left out', () => {
    expect(planCautions(planRollout(SPEC))).toEqual([]);
    const bare: RolloutSpec = {
      endpoint: 'digits',
      model: 'digits',
      shadow: false,
      canary: { steps: [] },
      soak: false,
    };
    expect(planCautions(planRollout(bare))).toEqual([
      'no validation set: accuracy is not checked before users see the candidate (validate.data)',
      'neither shadow nor canary: all users get the candidate at once, without a gate',
      'no soak: stable is stopped as soon as all traffic has moved',
    ]);
  });
});
