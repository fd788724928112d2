import { describe, expect, test } from 'vitest';
import { classify, type Cell } from '../../../gates/quality/classification.ts';
import { oddsEstimate, shareEstimate } from '../../../gates/quality/interval.ts';
import { regress } from '../../../gates/quality/regression.ts';
import { LABELS, PREDICTIONS, SCIKIT, SCIPY, TABLE } from './scikit-numbers.ts';

function cells(table: Readonly<Record<string, Readonly<Record<string, number>>>>): Cell[] {
  return Object.entries(table).flatMap(([label, row]) =>
    Object.entries(row).map(([prediction, n]) => ({ label, prediction, n })),
  );
}

function sums(labels: readonly number[], predictions: readonly number[]) {
  const errors = labels.map((label, i) => (predictions[i] ?? 0) - label);
  const sum = (of: readonly number[]) => of.reduce((all, each) => all + each, 0);
  return {
    n: labels.length,
    label: sum(labels),
    labelSquares: sum(labels.map((y) => y * y)),
    absolute: sum(errors.map(Math.abs)),
    squares: sum(errors.map((e) => e * e)),
    fourths: sum(errors.map((e) => e * e * e * e)),
  };
}

describe('classification', () => {
  test('has the figures of scikit-learn, also for a class that was never predicted', () => {
    const { accuracy, precision, recall, f1, classes } = classify(cells(TABLE));
    expect(accuracy.value).toBeCloseTo(SCIKIT.accuracy, 12);
    expect([precision.value, recall.value, f1.value]).toEqual(
      SCIKIT.macro.map((value) => expect.closeTo(value, 12) as number),
    );
    for (const each of classes)
      expect([each.precision.value, each.recall.value, each.f1.value]).toEqual(
        (SCIKIT.classes[each.class] ?? []).map((value) => expect.closeTo(value, 12) as number),
      );
  });

  test('has an interval that holds the true F1 about as often as it says', () => {
    const shares = { a: { a: 0.5, b: 0.1 }, b: { a: 0.08, b: 0.32 } };
    const truth = classify(cells(shares)).f1.value;
    const random = lehmer(7);
    const runs = 2000;
    let held = 0;
    for (let run = 0; run < runs; run += 1) {
      const counts = cells(shares).map((cell) => ({ ...cell, n: 0 }));
      for (let i = 0; i < 300; i += 1) {
        let at = random();
        const hit = cells(shares).findIndex(({ n }) => (at -= n) < 0);
        const cell = counts[hit === -1 ? counts.length - 1 : hit];
        if (cell) cell.n += 1;
      }
      const { low, high } = classify(counts).f1;
      if (low !== null && high !== null && low <= truth && truth <= high) held += 1;
    }
    expect(held / runs).toBeGreaterThan(0.93);
    expect(held / runs).toBeLessThan(0.97);
  });

  test('keeps every interval between 0 and 1, and says nothing of what was not seen', () => {
    const { f1, classes } = classify(cells({ a: { a: 20 } }));
    expect(f1).toMatchObject({ value: 1, high: 1 });
    expect(f1.low).toBeGreaterThan(0.8);
    expect(classes[0]?.recall.low).toBeGreaterThan(0.8);
    expect(shareEstimate(0, 0)).toEqual({ value: 0, low: null, high: null });
    expect(oddsEstimate(0, 0, 0)).toEqual({ value: 0, low: null, high: null });
  });
});

describe('regression', () => {
  test('has the figures of scikit-learn and Student’s intervals of SciPy', () => {
    const { mse, rmse, mae, r2 } = regress(sums(LABELS, PREDICTIONS));
    expect([mse.value, rmse.value, mae.value, r2]).toEqual(
      SCIKIT.regression.map((value) => expect.closeTo(value, 10) as number),
    );
    expect([mse.low, mse.high]).toEqual(SCIPY.mse.map((value) => expect.closeTo(value, 8) as number));
    expect([mae.low, mae.high]).toEqual(SCIPY.mae.map((value) => expect.closeTo(value, 8) as number));
  });

  test('says nothing of the spread of one label', () => {
    expect(regress(sums([3], [4]))).toMatchObject({ n: 1, mse: { value: 1, low: null, high: null }, r2: null });
  });
});

test('a share has Wilson’s interval, as SciPy computes it', () => {
  const { low, high } = shareEstimate(45, 50);
  expect([low, high]).toEqual(SCIPY.wilson.map((value) => expect.closeTo(value, 10) as number));
});

function lehmer(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
