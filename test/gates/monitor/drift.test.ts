import { describe, expect, test } from 'vitest';
import type { ArmCounts, FaultCounts } from '../../../domain/gate-batch.ts';
import type { NamedProfile } from '../../../domain/profile.ts';
import type { DetectorMemory } from '../../../gates/monitor/detect.ts';
import { detect } from '../../../gates/monitor/detect.ts';
import { planMonitor, type Finding, type Measure } from '../../../domain/monitor.ts';
import { arm, batch } from '../support/batches.ts';
import { binomial, random } from '../support/random.ts';

const VERSION = 'v1-111111111111';
const PROFILE: NamedProfile = {
  digest: 'sha256:1',
  profile: {
    ...{ format: 1, source: 'set.csv', sha256: 'sha256:2', rows: 2_000, columns: ['age', 'light'] },
    inputs: {
      age: {
        ...{ bins: { kind: 'numbers', edges: [0, 20, 40, 60, 80] }, counts: [0, 500, 500, 500, 480, 0, 20] },
        ...{ type: 'number', range: [8, 73] },
      },
      light: {
        ...{ bins: { kind: 'categories', values: ['#d', '#n'] }, counts: [1_500, 500, 0, 0] },
        ...{ type: 'text', range: null },
      },
    },
    outputs: {
      prediction: {
        ...{ bins: { kind: 'categories', values: ['0', '1'] }, counts: [1_000, 1_000, 0, 0] },
        ...{ type: 'whole', range: null },
      },
    },
  },
};
const plan = planMonitor({}, { errorRate: 0.5, p99Ms: null });
if (!plan) throw new Error('no plan');

/** Shows a monitor windows of three batches, and returns what the last one showed. */
function monitor(profile: NamedProfile | null = PROFILE, counted = PROFILE.digest) {
  const next = random(5);
  let memory: DetectorMemory = {};
  let index = 0;
  const draw = (n: number, shares: readonly number[]) => {
    let [left, rest] = [n, 1];
    return shares.map((share) => {
      const count = binomial(next, left, Math.min(1, share / rest));
      [left, rest] = [left - count, rest - share];
      return count;
    });
  };
  return (windows: number, { age, faults }: { age?: readonly number[]; faults?: (n: number) => FaultCounts } = {}) => {
    let last: readonly Finding[] = [];
    let measures: readonly Measure[] = [];
    for (let window = 0; window < windows; window += 1) {
      const batches = [0, 1, 2].map(() => {
        const counts: Partial<ArmCounts> = {
          inputs: { age: draw(100, age ?? [0, 0.25, 0.25, 0.25, 0.24, 0, 0.01]), light: draw(100, [0.75, 0.25, 0, 0]) },
          outputs: { prediction: draw(100, [0.5, 0.5, 0, 0]) },
          ...(faults && { faults: faults(100) }),
        };
        return batch((index += 1), { arms: [arm(VERSION, 100, counts)], profile: counted });
      });
      const seen = {
        version: VERSION,
        batches,
        to: batches.at(-1)?.sealed ?? '',
        plan: plan as NonNullable<typeof plan>,
      };
      const looked = detect(memory, { ...seen, ...(profile && { profile }) });
      ({ measures } = looked);
      memory = JSON.parse(JSON.stringify(looked.memory)) as DetectorMemory;
      last = looked.findings.filter(({ kind }) => kind === 'drift' || kind === 'input_quality');
    }
    return { last, measures, bytes: JSON.stringify({ drift: memory['drift'], inputs: memory['inputs'] }).length };
  };
}

const OLDER = [0, 0.05, 0.15, 0.3, 0.49, 0, 0.01];

describe('a model in production, held against what its validation showed', () => {
  test('shows nothing while it is asked the same, and is remembered in a few hundred bytes', () => {
    const { last, bytes } = monitor()(300);
    expect(last).toEqual([]);
    expect(bytes).toBeLessThan(600);
  });

  test('tells every feature, input and answer, with its distance, before any is a finding', () => {
    const { last, measures } = monitor()(1, { age: OLDER, faults: (n) => ({ light: { category: n / 50 } }) });
    expect(last).toEqual([]);
    const of = (subject: string) => measures.find((measure) => measure.subject === subject);
    expect(measures.filter(({ kind }) => kind === 'drift')).toHaveLength(3);
    expect(of('inputs.age')).toMatchObject({ kind: 'drift', limit: 0.1, unit: 'index' });
    expect(of('inputs.age')?.value).toBeGreaterThan(0.3);
    expect(of('outputs.prediction')?.value).toBeLessThan(0.05);
    const { jensenShannon = 0, kolmogorovSmirnov = 0, wasserstein = 0, chiSquareP } = of('inputs.age')?.distances ?? {};
    // Of the shares themselves: 0.25 and 0.24 above 60 where there were a quarter each.
    expect(kolmogorovSmirnov).toBeCloseTo(0.3, 1);
    expect(wasserstein).toBeCloseTo((0.2 + 0.3 + 0.25) / 5, 1);
    expect(jensenShannon).toBeGreaterThan(0.2);
    expect(chiSquareP).toBeLessThan(1e-6);
    expect(of('inputs.light')?.distances).toMatchObject({ chiSquareP: expect.any(Number) as number });
    expect(of('inputs.light')?.distances, 'categories have no order').not.toHaveProperty('wasserstein');
    expect(of('inputs.light (category)')).toMatchObject({ kind: 'input_quality', value: 0.02, unit: 'share' });
  });

  test('shows the feature that drifted, and no longer once it is as before', () => {
    const watch = monitor();
    watch(20);
    expect(watch(10, { age: OLDER }).last).toMatchObject([
      { kind: 'drift', subject: 'inputs', features: ['inputs.age'], severity: 'critical' },
    ]);
    expect(watch(15).last).toEqual([]);
  });

  test('shows which input is wrong and how, and no longer once it is right', () => {
    const watch = monitor();
    watch(20);
    const { last } = watch(20, { faults: () => ({ light: { category: 4 }, age: { missing: 1, type: 30 } }) });
    expect(last).toMatchObject([
      { kind: 'input_quality', subject: 'inputs (type)', features: ['inputs.age'], severity: 'critical' },
      { kind: 'input_quality', subject: 'inputs (category)', features: ['inputs.light'], severity: 'warning' },
    ]);
    expect(watch(1).last).toEqual([]);
  });

  test('shows what is wrong with many inputs at once as one finding, the worst first', () => {
    const watch = monitor();
    watch(20);
    const { last } = watch(20, { faults: () => ({ light: { missing: 9 }, age: { missing: 40 } }) });
    expect(last).toMatchObject([
      { subject: 'inputs (missing)', features: ['inputs.age', 'inputs.light'], severity: 'critical', value: 0.4 },
    ]);
    expect(last[0]?.summary).toMatch(/^40 % of the values of age .*; 1 more shows the same: inputs.light$/);
  });

  test('names the worst by how grave it is: a warning far beyond its limit is less', () => {
    const watch = monitor();
    watch(20);
    const { last } = watch(20, { faults: () => ({ light: { missing: 9 }, age: { missing: 15 } }) });
    expect(last).toMatchObject([{ subject: 'inputs (missing)', severity: 'critical', value: 0.15 }]);
  });

  test('is not judged where it has no profile, or by counts in other bins', () => {
    expect(monitor(null)(20, { age: OLDER }).last).toEqual([]);
    expect(monitor(PROFILE, 'sha256:another')(20, { age: OLDER }).last).toEqual([]);
  });
});
