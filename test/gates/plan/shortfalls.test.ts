import { describe, expect, test } from 'vitest';
import type { PlanFinding, Remedy } from '../../../gates/plan/finding.ts';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import type { Traffic } from '../../../gates/plan/traffic.ts';
import { checkGates } from '../../../gates/plan-check.ts';
import { describeFinding } from '../../../gates/plan/finding.ts';
import { givenTraffic } from '../../../gates/plan/traffic.ts';
import { msToIndex } from '../../../gates/histogram.ts';
import { planRollout } from '../../../domain/plan.ts';

const BASE: RolloutSpec = { endpoint: 'digits', model: 'digits', shadow: false };

function check(spec: Partial<RolloutSpec>, traffic: number | Traffic) {
  const plan = planRollout({ ...BASE, ...spec });
  return checkGates(plan, typeof traffic === 'number' ? givenTraffic(traffic) : traffic);
}

/** The specification with a remedy put into it. */
function mended(spec: Partial<RolloutSpec>, { paths, value }: Remedy): Partial<RolloutSpec> {
  const copy = structuredClone(spec) as Record<string, unknown>;
  for (const path of paths) {
    const keys = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
    const last = keys.pop() ?? '';
    let place = copy;
    for (const key of keys) place = (place[key] ??= {}) as Record<string, unknown>;
    place[last] = value;
  }
  return copy;
}

const on = (findings: readonly PlanFinding[], path: string) => findings.filter((finding) => finding.path === path);

describe('what cannot be proved in time', () => {
  const slow: Partial<RolloutSpec> = { canary: { steps: [5] }, gates: { latency: { p50: { margin: 0.5 } } } };
  const late = on(check(slow, 0.3).cautions, 'gates.latency.p50.margin')[0];

  test('is named with the step, the time it takes and everything that would help', () => {
    expect(late && describeFinding(late)).toMatch(
      /^at 18 requests\/min canary at 5 % takes \dh \d+m to prove latency\.p50 within 50 %, but canary\.maxDuration is 2h: set gates\.latency\.p50\.margin to [\d.]+, canary\.maxDuration to \dh, canary\.steps\[0\] to \d+ or gates\.latency\.p50\.required to false$/,
    );
  });

  test.each([0, 1, 2, 3])('is proved in time with remedy %d of those', (which) => {
    const remedy = late?.remedies[which];
    const after = remedy && check(mended(slow, remedy), 0.3);
    expect(after && on(after.cautions, 'gates.latency.p50.margin')).toEqual([]);
  });

  test('is said once for metrics that take equally long, and mended for all of them', () => {
    const spec: Partial<RolloutSpec> = { canary: { steps: [10, 50] } };
    const [late, ...others] = check(spec, 0.1).cautions.filter(({ message }) => message.includes('errors'));
    expect(others).toEqual([]);
    expect(late?.message).toContain('to prove errors and rejected within 1 %');
    expect(late?.remedies[0]?.paths).toEqual(['gates.errors.margin', 'gates.rejected.margin']);
    const after = check(mended(spec, late!.remedies[0]!), 0.1);
    expect(on(after.cautions, 'gates.errors.margin')).toEqual([]);
  });

  test('holds for each step by itself: three steps may take three times as long as one', () => {
    const { needs, cautions } = check({ canary: { steps: [10, 20, 50], minDuration: '50m', maxDuration: '1h' } }, 50);
    expect(needs.map(({ durationMs }) => durationMs)).toEqual([50, 50, 50].map((minutes) => minutes * 60_000));
    expect(cautions).toEqual([]);
  });

  test('is no question of a ramp either, whose last weight may be raised', () => {
    const { cautions } = check({}, 0.25);
    const [late] = on(cautions, 'gates.errors.margin');
    expect(late?.message).toMatch(/^at 15 requests\/min canary at 10 % takes .* to prove errors and rejected/);
    const raised = late?.remedies.find(({ paths }) => paths[0] === 'risk.maxPercent');
    expect(on(check(mended({}, raised!), 0.25).cautions, 'gates.errors.margin')).toEqual([]);
  });
});

describe('a step that gets too few requests, whatever they show', () => {
  const few: Partial<RolloutSpec> = { canary: { steps: [10, 50], maxDuration: '10m' }, gates: { minRequests: 500 } };

  test('is an error where a person says how many come', () => {
    const { errors } = check(few, 1);
    expect(errors.map(describeFinding)).toEqual([
      'at 1 requests/s canary at 10 % gets 60 requests of the candidate within canary.maxDuration (10m), but 500 are asked for: set gates.minRequests to 60 or canary.maxDuration to 84m',
    ]);
    for (const remedy of errors[0]?.remedies ?? [])
      expect(on(check(mended(few, remedy), 1).errors, 'gates.minRequests')).toEqual([]);
  });

  test('is a caution where it was measured, and where the gate goes on', () => {
    const measured = check(few, { ...givenTraffic(1), basis: 'measured' });
    expect([measured.errors, on(measured.cautions, 'gates.minRequests').length]).toEqual([[], 1]);
    const patient = check({ ...few, canary: { ...few.canary, onInconclusive: 'extend' } }, 1);
    expect([patient.errors, on(patient.cautions, 'gates.minRequests').length]).toEqual([[], 1]);
  });

  test('may be the shadow', () => {
    const { errors } = check({ shadow: { percent: 1 } }, 1);
    expect(errors.map(({ path }) => path)).toEqual(['shadow.minPairs']);
    expect(errors[0]?.message).toMatch(
      /^at 1 requests\/s the shadow gets 36 pairs of answers within shadow.maxDuration/,
    );
  });
});

describe('what was measured of stable', () => {
  const measured: Traffic = { ...givenTraffic(50), basis: 'measured', labelled: 0, wrong: null };

  test('exceeding a limit of the soak is said before anybody goes back for it', () => {
    const latency = [[msToIndex(900), 1_000]] as const;
    const spec: Partial<RolloutSpec> = { gates: { limits: { errorRate: 0.02, p99Ms: 500 } }, canary: { steps: [50] } };
    const { cautions } = check(spec, { ...measured, errors: 0.03, latency });
    const paths = cautions.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['gates.limits.errorRate', 'gates.limits.p99Ms']));
  });

  test('being so bad that the budget does not pay for a proof names one that does', () => {
    const bad = { ...measured, errors: 0.2 };
    const [short] = on(check({}, bad).cautions, 'risk.badExposure');
    expect(short?.message).toMatch(/^20 % of stable's own answers are bad, so 100 bad responses do not pay/);
    expect(on(check(mended({}, short!.remedies[0]!), bad).cautions, 'risk.badExposure')).toEqual([]);
  });

  test('being nearly as slow as the time limit leaves nothing to go back for', () => {
    const latency = [[msToIndex(2_000), 1_000]] as const;
    const spec: Partial<RolloutSpec> = { serving: { timeout: '2s' }, canary: { steps: [50] } };
    const paths = check(spec, { ...measured, latency }).cautions.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['gates.latency.p50.margin', 'gates.latency.p99.margin']));
  });

  test('having no labels keeps what must be proved by them from passing', () => {
    const spec: Partial<RolloutSpec> = { canary: { steps: [50] }, gates: { accuracy: { required: true } } };
    const without = on(check(spec, measured).cautions, 'gates.accuracy.required');
    expect(without[0]?.message).toMatch(/none of the last requests has a label/);
    const late = on(check(spec, { ...measured, labelled: null }).cautions, 'gates.accuracy.required');
    expect(late[0]?.message).toBe('accuracy must be proved: no step passes before labels arrive for the candidate');
  });
});
