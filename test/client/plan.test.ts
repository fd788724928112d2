import { describe, expect, test } from 'vitest';
import { planCautions, planTimes } from '../../client/plan-summary.ts';
import { planReport, type PlanReport } from '../../client/plan-report.ts';
import { planRollout } from '../../domain/plan.ts';
import { renderPlan } from '../../client/render/plan.ts';
import { givenTraffic } from '../../gates/plan/traffic.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import type { StepNeed } from '../../gates/plan/step-needs.ts';

const WIDTH = 100;
/** Nothing is folded there. */
const WIDE = 140;

function need(stage: StepNeed['stage'], weight: number, parts: Partial<StepNeed> = {}): StepNeed {
  const known = { requests: 20, slowest: [], durationMs: null, expected: null, proofs: [], stuck: null };
  return { stage, weight, ...known, ...parts };
}

const NEEDS = [
  need('shadow', 10_000, { requests: 200, slowest: ['disagreement'] }),
  need('canary', 500, { requests: 1240, slowest: ['errors', 'rejected'], durationMs: 60_000, expected: 1_500 }),
  need('canary', 5000, { requests: null, slowest: ['errors'], stuck: 'not proved yet: errors' }),
];

const SPEC: RolloutSpec = {
  endpoint: 'digits',
  model: 'digits',
  version: 8,
  validate: { data: { source: 'data/holdout.csv', label: 'y' }, slices: [{ name: 'new', where: 'age < 30' }] },
  canary: { steps: [5, { percent: 50, approval: true, minDuration: '10m' }] },
  soak: { duration: '1h' },
  approval: ['full'],
};

function reportOf(spec: RolloutSpec, parts: Partial<PlanReport> = {}): PlanReport {
  const plan = planRollout(spec);
  const { needs = NEEDS } = parts;
  const known = { traffic: null, trafficNote: 'not known', power: [], errors: [], cautions: planCautions(plan) };
  return { plan, needs, times: planTimes(plan, needs), ...known, ...parts };
}

/** Lines with their columns told apart, whatever their widths. */
const linesOf = (report: PlanReport) =>
  renderPlan(report, WIDE)
    .split('\n')
    .map((line) => line.replaceAll(/ {2,}/g, ' | '));

describe('the plan that is shown before anything starts', () => {
  test('names every stage with its limits, defaults filled in', () => {
    const lines = linesOf(reportOf(SPEC));
    expect(lines.slice(0, 17)).toEqual([
      'digits 8 → local/digits',
      'traffic | not known',
      '',
      'build | start the candidate and ask it for its own example | at most 30m',
      `validate | data/holdout.csv, column "y": accuracy at most 0.02 below stable's | at most 30m`,
      ' | slice "new" (age < 30): at most 0.05 below',
      'shadow | 100 % of live requests copied: needs 200 pairs for disagreement',
      ' | at most 10 % of answers may differ | at most 1h, then hold',
      'canary | 5 %: needs 1,240 of about 1,500 requests for errors and rejected | 1m',
      ' | 50 %: never passes, for errors, after approval | at least 10m',
      ' | each of them | at most 2h, then hold',
      'full | all traffic, then the registry alias',
      ' | begins after approval',
      'soak | judged every 15m, stable kept ready | 1h',
      'monitor | judged every 5m against its own past and a limit of 5 % errors | as long as it serves',
      ' | people are told of what is found, nothing else is done',
      '',
    ]);
    expect(lines.join(' ')).toContain('takes at least 1h 11m for a candidate as good as stable, at most 7h');
    expect(lines).toContain(' | errors | at most 1 % more | must be proved to go on');
    expect(lines).toContain(' | latency.p99 | at most 100 % slower | can only roll back');
  });

  test('of a ramp names the budget, what it suffices for, and the steps that are expected', () => {
    const lines = linesOf(reportOf({ ...SPEC, canary: { minDuration: '2m' }, risk: { badExposure: 50 } }));
    expect(lines.slice(8, 14)).toEqual([
      'canary | about 5 requests of a batch at first, then as evidence allows',
      " | costs at most 50 bad responses beyond stable's own",
      expect.stringMatching(/^ \| enough as long as at most \d+ % of stable's are bad$/),
      ' | 5 %: needs 1,240 of about 1,500 requests for errors and rejected | 1m',
      ' | 50 %: never passes, for errors | at least 2m',
      ' | each of them | at most 2h, then hold',
    ]);
  });

  test('says what becomes of candidates that are bad', () => {
    const found = { runs: 5, held: 0, promoted: 0, rolledBack: 5, ms: 130_000, requests: 96 };
    const power = [
      { fault: 'dead', ...found, ms: 20_000, requests: 10 },
      { fault: 'errors', ...found },
      { fault: 'rejected', ...found, rolledBack: 0, held: 3, ms: null, requests: null },
      { fault: 'latency.p99', ...found, rolledBack: 4, promoted: 1 },
    ];
    const lines = linesOf(reportOf(SPEC, { power }));
    const from = lines.indexOf('bad candidates in simulated canaries, by twice the margins');
    expect(lines.slice(from + 1, from + 5)).toEqual([
      ' | no answer at all | 5 of 5 rolled back after 20s, 10 requests',
      ' | errors 2 % more | 5 of 5 rolled back after 2m 10s, 96 requests',
      ' | rejected 2 % more | 0 of 5 rolled back; 3 held; 2 undecided',
      ' | latency.p99 200 % slower | 4 of 5 rolled back after 2m 10s, 96 requests; 1 promoted',
    ]);
  });

  test('puts what cannot work out at its end, with a line for each remedy', () => {
    const finding = {
      path: 'gates.errors.margin',
      message: 'it takes 9h, but canary.maxDuration is 2h',
      remedies: [
        { paths: ['gates.errors.margin', 'gates.rejected.margin'], value: 0.02 },
        { paths: ['canary.maxDuration'], value: '9h' },
      ],
    };
    const lines = linesOf(reportOf(SPEC, { errors: [finding], cautions: [finding] }));
    const told = [
      'gates.errors.margin | it takes 9h, but canary.maxDuration is 2h',
      ' | → set gates.errors.margin and gates.rejected.margin to 0.02',
      ' | → or canary.maxDuration to 9h',
    ];
    expect(lines.slice(-10, -3)).toEqual(['', `✗ ${told[0]}`, ...told.slice(1), `! ${told[0]}`, ...told.slice(1)]);
    expect(lines.at(-2)).toBe('with this fault the rollout cannot decide as planned');
  });

  test('fits a screen, whatever is to be said', () => {
    const spec: RolloutSpec = {
      ...SPEC,
      canary: {},
      shadow: { percent: 10 },
      gates: { latency: { p99: { required: true } } },
    };
    const report = planReport(planRollout(spec), { traffic: givenTraffic(0.2), note: '12 requests/min, as given' });
    expect(report.cautions.length).toBeGreaterThan(1);
    for (const width of [80, WIDTH])
      for (const line of renderPlan(report, width).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });
});

describe('how long it takes', () => {
  test('counts the waits that traffic cannot shorten', () => {
    expect(planTimes(planRollout(SPEC), [])).toEqual({ atLeastMs: 71 * 60_000, atMostMs: 7 * 3_600_000, approvals: 2 });
  });

  test('counts the time that traffic takes, where the rate is known', () => {
    const needs = NEEDS.map((known) => ({ ...known, durationMs: 5 * 60_000 }));
    expect(planTimes(planRollout(SPEC), needs).atLeastMs).toBe((5 + 5 + 10 + 60) * 60_000);
  });

  test('counts for a ramp as many steps as it can have at least and at most', () => {
    const plan = planRollout({ endpoint: 'digits', model: 'digits', soak: false });
    const { atLeastMs, atMostMs } = planTimes(plan, []);
    expect(atLeastMs % 60_000).toBe(0);
    expect(atLeastMs).toBeGreaterThanOrEqual(60_000);
    expect(atMostMs).toBeGreaterThan(10 * 2 * 3_600_000);
    const needs = NEEDS.map((known) => ({ ...known, durationMs: 90_000 }));
    expect(planTimes(plan, needs).atLeastMs).toBe(3 * 90_000);
  });

  test('has no upper limit where an undecided gate goes on', () => {
    const report = reportOf({ ...SPEC, canary: { onInconclusive: 'extend' } });
    expect(report.times.atMostMs).toBeNull();
    expect(renderPlan(report, WIDTH)).toContain('without a limit, because a gate extends');
  });
});

test('what was left out is a caution, with its place', () => {
  expect(planCautions(planRollout(SPEC))).toEqual([]);
  const bare: RolloutSpec = { endpoint: 'digits', model: 'digits', shadow: false, canary: { steps: [] }, soak: false };
  expect(planCautions(planRollout(bare)).map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'validate.data: no validation set: accuracy is not checked before users see the candidate',
    'canary.steps: neither shadow nor canary: all users get the candidate at once, without a gate',
    'soak: no soak: stable is stopped as soon as all traffic has moved',
  ]);
  const cramped: RolloutSpec = { ...SPEC, canary: {}, gates: { beta: 1e-4 }, risk: { badExposure: 10 } };
  expect(planCautions(planRollout(cramped)).map(({ path }) => path)).toEqual(['risk.badExposure']);
});
