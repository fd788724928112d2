import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { LabelCounts } from '../../../domain/gate-batch.ts';
import { CANDIDATE, STABLE } from '../support/batches.ts';
import { NAMES, labelled, labels } from './support.ts';
import { canonicalJson } from '../../../domain/gate-batch.ts';
import { cohortsOf, grouped } from '../../../gates/kinds/cohorts.ts';
import { labelLosses } from '../../../gates/kinds/label-losses.ts';
import { labelTables } from '../../../gates/kinds/label-tables.ts';

const confusion = { truePositive: 30, falsePositive: 10, falseNegative: 5, trueNegative: 55 };

/** Rows as an honest writer makes them for batch 9: one for each version and cohort. */
const rows = fc
  .uniqueArray(fc.record({ cohort: fc.nat(8), ours: fc.nat(40), theirs: fc.nat(80), good: fc.nat(100) }), {
    selector: ({ cohort }) => cohort,
    minLength: 1,
    maxLength: 8,
  })
  .map((cohorts) =>
    cohorts.flatMap(({ cohort, ours, theirs, good }) => {
      const row = (version: string, n: number): LabelCounts =>
        labels(version, n, Math.floor((n * good) / 100), {
          cohort,
          revision: 9,
          predictions: n + 20,
          earlier: 7,
          confusion: { truePositive: n - Math.floor(n / 3), falsePositive: Math.floor(n / 3), ...ZEROS },
          losses: { squared: lossesOf(n, good), absolute: lossesOf(n, good / 3) },
        });
      return [row(CANDIDATE, ours), row(STABLE, theirs)];
    }),
  );
const ZEROS = { falseNegative: 0, trueNegative: 0 };
const lossesOf = (n: number, size: number) => ({
  bound: 100,
  sum: n * size * 0.1,
  squares: n * size * size * 0.01,
  clipped: 0,
});

const read = (index: number, given: readonly LabelCounts[]) => ({
  ...Object.fromEntries(
    (['accuracy', 'precision', 'recall', 'f1', 'coverage'] as const).map((metric) => [
      metric,
      labelTables(metric, labelled(index, given), NAMES),
    ]),
  ),
  mse: labelLosses('mse', labelled(index, given), NAMES),
  mae: labelLosses('mae', labelled(index, given), NAMES),
});

describe('label rows', () => {
  test('say the same in whatever order they arrive in a batch', () => {
    const shuffled = rows.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length })),
    );
    fc.assert(
      fc.property(shuffled, ([given, other]) => {
        expect(read(9, other)).toEqual(read(9, given));
      }),
    );
  });

  test('count once when they are repeated in a batch, even where the copies differ', () => {
    const doubled = rows.chain((given) => fc.tuple(fc.constant(given), fc.subarray(given)));
    fc.assert(
      fc.property(doubled, ([given, again]) => {
        expect(read(9, [...again, ...given, ...again])).toEqual(read(9, given));
      }),
    );
    const [one, other] = [labels(CANDIDATE, 10, 9, { cohort: 3 }), labels(CANDIDATE, 12, 9, { cohort: 3 })];
    expect(cohortsOf(labelled(9, [one, other]), NAMES)).toEqual(cohortsOf(labelled(9, [other, one]), NAMES));
  });

  test('count in the batch that brought them, and not again in a later one', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const late = labels(CANDIDATE, 20, 15, { cohort: 2, revision: 12 });
        const theirs = labels(STABLE, 40, 36, { cohort: 2, revision: 12 });
        expect(read(12, [...given, late, theirs])).toEqual(read(12, [late, theirs]));
      }),
    );
  });

  test('of a late revision add to what came before, whatever the order of the cohorts', () => {
    const early = [
      labels(CANDIDATE, 10, 9, { cohort: 1, revision: 4 }),
      labels(STABLE, 40, 38, { cohort: 1, revision: 4 }),
    ];
    const late = [
      labels(CANDIDATE, 10, 5, { cohort: 1, revision: 8 }),
      labels(STABLE, 40, 37, { cohort: 1, revision: 8 }),
    ];
    expect(labelTables('accuracy', labelled(4, early), NAMES)).toEqual([
      { candidateBad: 1, candidate: 10, stableBad: 2, stable: 40 },
    ]);
    expect(labelTables('accuracy', labelled(8, [...late, ...early]), NAMES)).toEqual([
      { candidateBad: 5, candidate: 10, stableBad: 3, stable: 40 },
    ]);
  });

  test('without cohorts, as older batches have them, are one table', () => {
    const given = [labels(CANDIDATE, 20, 18), labels(STABLE, 80, 79)];
    expect(labelTables('accuracy', labelled(3, given), NAMES)).toEqual([
      { candidateBad: 2, candidate: 20, stableBad: 1, stable: 80 },
    ]);
    expect(labelTables('coverage', labelled(3, given), NAMES)).toEqual([]);
    expect(labelLosses('mse', labelled(3, given), NAMES)).toEqual([]);
  });

  test('of batches sealed before there were cohorts keep their text, and so their hash', () => {
    const old = labels(CANDIDATE, 20, 18);
    expect(canonicalJson({ ...old, cohort: undefined, confusion: undefined })).toBe(canonicalJson(old));
  });
});

describe('metrics of labels', () => {
  const given = [
    labels(CANDIDATE, 100, 85, { cohort: 2, predictions: 160, confusion }),
    labels(STABLE, 200, 190, {
      cohort: 2,
      predictions: 220,
      earlier: 10,
      confusion: { ...confusion, trueNegative: 155 },
    }),
  ];
  const table = (metric: 'accuracy' | 'precision' | 'recall' | 'f1' | 'coverage') =>
    labelTables(metric, labelled(5, given), NAMES)[0];

  test('are wrong among labelled, false alarms among predicted positives, misses among actual ones', () => {
    expect(table('accuracy')).toMatchObject({ candidateBad: 15, candidate: 100, stableBad: 10, stable: 200 });
    expect(table('precision')).toMatchObject({ candidateBad: 10, candidate: 40 });
    expect(table('recall')).toMatchObject({ candidateBad: 5, candidate: 35 });
    expect(table('f1')).toMatchObject({ candidateBad: 15, candidate: 45 });
  });

  test('count as missing labels those that a cohort still lacks, among those that it lacked before', () => {
    expect(table('coverage')).toEqual({ candidateBad: 60, candidate: 160, stableBad: 10, stable: 210 });
  });

  test('of coverage need both versions of a cohort, since how many the other lacks is not known', () => {
    const alone = labels(CANDIDATE, 10, 9, { cohort: 1, predictions: 50 });
    expect(labelTables('coverage', labelled(5, [alone]), NAMES)).toEqual([]);
    expect(labelTables('coverage', labelled(5, [...given, alone]), NAMES)).toEqual([table('coverage')]);
  });

  test('say the opposite when the arms are swapped', () => {
    fc.assert(
      fc.property(rows, (all) => {
        for (const metric of ['accuracy', 'precision', 'f1', 'coverage'] as const) {
          const forth = labelTables(metric, labelled(9, all), NAMES);
          const back = labelTables(metric, labelled(9, all), { candidate: STABLE, stable: CANDIDATE });
          expect(back.map((t) => [t.candidateBad, t.candidate, t.stableBad, t.stable])).toEqual(
            forth.map((t) => [t.stableBad, t.stable, t.candidateBad, t.candidate]),
          );
        }
      }),
    );
  });
});

describe('cohorts of few labels', () => {
  const sizes = fc.array(fc.record({ candidate: fc.nat(12), stable: fc.nat(30) }), { maxLength: 30 });

  test('are put together until both arms have enough, and none is lost or moved', () => {
    fc.assert(
      fc.property(sizes, (cohorts) => {
        const groups = grouped(cohorts, (cohort) => cohort);
        expect(groups.flat()).toEqual(cohorts);
        if (groups.length < 2) return;
        for (const group of groups) {
          expect(group.reduce((sum, { candidate }) => sum + candidate, 0)).toBeGreaterThanOrEqual(8);
          expect(group.reduce((sum, { stable }) => sum + stable, 0)).toBeGreaterThanOrEqual(8);
        }
      }),
    );
  });

  test('that hold one label each are compared all the same', () => {
    const trickle = Array.from({ length: 20 }, (_, cohort) => [
      labels(cohort % 2 === 0 ? CANDIDATE : STABLE, 1, 1, { cohort }),
    ]).flat();
    const tables = labelTables('accuracy', labelled(30, trickle), NAMES);
    expect(tables.reduce((sum, { candidate }) => sum + candidate, 0)).toBe(10);
  });
});

describe('losses of labels', () => {
  const row = (version: string, bound: number, cohort: number, n = 10): LabelCounts =>
    labels(version, n, 0, {
      cohort,
      losses: {
        squared: { bound, sum: 5, squares: 4, clipped: 1 },
        absolute: { bound: 3, sum: 6, squares: 5, clipped: 0 },
      },
    });

  test('are compared cohort by cohort', () => {
    const both = [row(CANDIDATE, 9, 1), row(STABLE, 9, 1), row(CANDIDATE, 9, 2), row(STABLE, 9, 2)];
    expect(labelLosses('mse', labelled(4, both), NAMES)).toHaveLength(2);
    expect(labelLosses('mae', labelled(4, both), NAMES)[0]?.stable).toEqual({
      ...{ n: 10, bound: 3, sum: 6, squares: 5, clipped: 0 },
    });
  });

  test('are not compared where the arms were clipped at different bounds, nor mixed with those of another bound', () => {
    expect(labelLosses('mse', labelled(4, [row(CANDIDATE, 9, 1), row(STABLE, 8, 1)]), NAMES)).toEqual([]);
    const changed = [row(CANDIDATE, 9, 1, 3), row(STABLE, 8, 2, 3), row(CANDIDATE, 8, 2, 3), row(STABLE, 9, 1, 3)];
    expect(labelLosses('mse', labelled(4, changed), NAMES).map(({ stable }) => stable.bound)).toEqual([9, 8]);
  });
});
