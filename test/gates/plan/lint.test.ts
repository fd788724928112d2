import { describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import { checkGates } from '../../../gates/plan-check.ts';
import { planRollout } from '../../../domain/plan.ts';

const lint = (spec: Partial<RolloutSpec>) =>
  checkGates(planRollout({ endpoint: 'digits', model: 'digits', ...spec }), null).errors;
const STEPS = { canary: { steps: [10, 50] } };

describe('plans in order', () => {
  test.each<[string, Partial<RolloutSpec>]>([
    ['every default', {}],
    ['steps of its own', STEPS],
    ['neither shadow nor canary', { shadow: false, canary: { steps: [] } }],
    [
      'all metrics that can be had',
      {
        gates: {
          ...{ precision: {}, recall: {}, coverage: {}, drift: {}, firstToken: {}, outputTokens: {} },
          ...{ cpu: {}, memory: {}, gpu: {}, gpuMemory: {} },
        },
      },
    ],
    ['labels that are numbers', { gates: { mse: {}, mae: {} } }],
    ['strict error rates', { gates: { alpha: 0.001, beta: 0.001 } }],
    ['labels that must come', { gates: { accuracy: { required: true } } }],
    ['narrow margins', { gates: { errors: { margin: 0.0001 }, latency: { p99: { margin: 0.1, required: true } } } }],
  ])('have no fault: %s', (_, spec) => {
    expect(lint(spec)).toEqual([]);
  });
});

describe('a gate that can never fail is an error:', () => {
  test.each<[string, Partial<RolloutSpec>]>([
    ['gates.errors.margin', { gates: { errors: { margin: 1 } } }],
    ['gates.recall.margin', { gates: { recall: { margin: 1 } } }],
    ['shadow.maxDisagreement', { shadow: { maxDisagreement: 1 } }],
    ['gates.limits.errorRate', { gates: { limits: { errorRate: 1 } } }],
    ['gates.limits.p99Ms', { serving: { timeout: '2s' }, gates: { limits: { p99Ms: 3_000 } } }],
    ['gates.drift.margin', { gates: { drift: { margin: 20 } } }],
    ['gates.drift', { gates: { drift: {} }, capture: { sample: 0 } }],
    ['gates.alpha', { gates: { alpha: 1e-12 } }],
    ['gates.violations', { gates: { violations: { required: false } } }],
  ])('%s', (path, spec) => {
    expect(lint(spec).map((fault) => fault.path)).toEqual([path]);
  });

  test('with an alpha at which a dead candidate does go back', () => {
    const [fault] = lint({ gates: { alpha: 1e-12 } });
    const alpha = fault?.remedies[0]?.value as number;
    expect(alpha).toBeLessThan(1e-4);
    expect(lint({ gates: { alpha } })).toEqual([]);
    expect(lint({ gates: { alpha: alpha / 10 } })).not.toEqual([]);
  });
});

describe('a gate that can never pass is an error:', () => {
  test.each<[string, Partial<RolloutSpec>]>([
    ['gates.errors.margin', { ...STEPS, gates: { errors: { margin: 0 } } }],
    ['gates.rejected.margin', { ...STEPS, gates: { rejected: { margin: 1e-9 } } }],
    ['gates.latency.p50.margin', { ...STEPS, gates: { latency: { p50: { margin: 0.001 } } } }],
    ['gates.minRequests', { ...STEPS, gates: { minRequests: 20_000_000 } }],
    ['shadow.minPairs', { ...STEPS, shadow: { minPairs: 20_000_000 } }],
    ['canary.minDuration', { canary: { minDuration: '3h' } }],
    ['canary.steps[1].minDuration', { canary: { steps: [5, { percent: 50, minDuration: '3h' }] } }],
    ['risk.badExposure', { risk: { badExposure: 10 }, gates: { beta: 1e-4 } }],
    ['gates.violations', { gates: { violations: {} } }],
    ['gates.coverage.least', { gates: { coverage: { least: 0.9 } }, capture: { sample: 0.5 } }],
    ['capture.sample', { gates: { f1: {} }, capture: { sample: 0 } }],
    ['gates.firstToken', { gates: { firstToken: {} }, capture: { sample: 0 } }],
  ])('%s', (path, spec) => {
    expect(lint(spec).map((fault) => fault.path)).toEqual([path]);
  });

  test('with a margin that can be proved', () => {
    const [fault] = lint({ ...STEPS, gates: { latency: { p50: { margin: 0.001 } } } });
    const margin = fault?.remedies[0]?.value as number;
    expect(margin).toBeLessThanOrEqual(0.1);
    expect(lint({ ...STEPS, gates: { latency: { p50: { margin } } } })).toEqual([]);
  });

  test('with a budget that pays', () => {
    const [fault] = lint({ risk: { badExposure: 10 }, gates: { beta: 1e-4 } });
    const badExposure = fault?.remedies[0]?.value as number;
    expect(lint({ risk: { badExposure }, gates: { beta: 1e-4 } })).toEqual([]);
  });
});

describe('a gate that can never be decided is an error:', () => {
  test.each<[string, Partial<RolloutSpec>]>([
    ['canary.steps[1]', { canary: { steps: [10, 100] } }],
    ['canary.steps[1]', { canary: { steps: [10, 5] } }],
    ['gates.batch', { ...STEPS, gates: { batch: '3h' } }],
  ])('%s', (path, spec) => {
    expect(new Set(lint(spec).map((fault) => fault.path))).toEqual(new Set([path]));
  });
});

test('what only some machines measure is a caution: a plan does not know where it will run', () => {
  const gates = { gpu: {}, gpuMemory: { required: false } };
  const { errors, cautions } = checkGates(planRollout({ endpoint: 'digits', model: 'digits', gates }), null);
  expect(errors).toEqual([]);
  expect(cautions.map(({ path, message }) => [path, message.includes('nvidia-smi')])).toEqual([
    ['gates.gpu', true],
    ['gates.gpuMemory', true],
  ]);
});

test('all faults are told at once, one for each place', () => {
  const paths = lint({
    shadow: { maxDisagreement: 1 },
    canary: { steps: [5, 100] },
    gates: { alpha: 1e-12, errors: { margin: 1 }, violations: {} },
  }).map(({ path }) => path);
  const expected = [
    'shadow.maxDisagreement',
    'canary.steps[1]',
    'gates.alpha',
    'gates.errors.margin',
    'gates.violations',
  ];
  expect(paths.toSorted()).toEqual(expected.toSorted());
});
