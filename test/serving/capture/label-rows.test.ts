import { expect, test } from 'vitest';
import { MOST_COHORTS, labelRows } from '../../../serving/capture/labels/label-rows.ts';
import type { NumberedCohort, PlacedLabel } from '../../../serving/capture/labels/label-rows.ts';
import { NO_LABELS, learnKind } from '../../../serving/capture/labels/label-kind.ts';
import type { LabelKind } from '../../../serving/capture/labels/label-kind.ts';
import type { Scalar } from '../../../serving/capture/labels/judged.ts';

const cohort = (index: number, versions: NumberedCohort['versions'] = {}): NumberedCohort => ({ index, versions });
const label = (label: Scalar, value: Scalar, of: Partial<PlacedLabel> = {}): PlacedLabel => ({
  ...{ version: 'v1', label, value, isCorrect: label === value, cohort: null },
  ...of,
});
const many = (count: number, of: (i: number) => PlacedLabel) => Array.from({ length: count }, (_, i) => of(i));
const learnt = (labels: readonly PlacedLabel[], kind: LabelKind = NO_LABELS) => learnKind(kind, labels, 'v1');

test('a cohort has a row for each version that predicted in it, also for one without any label', () => {
  const of = cohort(7, { v1: { predictions: 90, labelled: 12 }, v2: { predictions: 10, labelled: 0 } });
  const rows = labelRows([label(1, 1, { cohort: of }), label(1, 2, { cohort: of })], 9, NO_LABELS);
  expect(rows).toEqual([
    { version: 'v1', n: 2, correct: 1, cohort: 7, revision: 9, predictions: 90, earlier: 12 },
    { version: 'v2', n: 0, correct: 0, cohort: 7, revision: 9, predictions: 10, earlier: 0 },
  ]);
});

test('labels of which nobody knows the cohort are counted as before', () => {
  const labels = [label(1, 1), label(1, 2, { version: 'v2' }), label(3, 3, { cohort: cohort(4) })];
  expect(labelRows(labels, 9, NO_LABELS)).toEqual([
    { version: 'v1', n: 1, correct: 1 },
    { version: 'v2', n: 1, correct: 0 },
    { version: 'v1', n: 1, correct: 1, cohort: 4, revision: 9 },
  ]);
});

test('labels for very many moments make no very long batch, and none of them is lost', () => {
  const labels = many(3 * MOST_COHORTS, (i) => label(1, 1, { cohort: cohort(i) }));
  const rows = labelRows([...labels, label(1, 1, { cohort: cohort(0) })], 500, NO_LABELS);
  expect(rows.filter(({ cohort }) => cohort !== undefined)).toHaveLength(MOST_COHORTS);
  expect(rows.map(({ cohort }) => cohort)).toContain(0);
  expect(rows.reduce((sum, { n }) => sum + n, 0)).toBe(labels.length + 1);
});

test.for([
  [true, false],
  [1, 0],
  ['1', '0'],
  ['Yes', 'no'],
] as const)('%j and %j: it is clear which is positive', ([yes, no]) => {
  const labels = [label(yes, yes), label(yes, yes), label(no, no), label(no, yes), label(yes, no)];
  const kind = learnt(many(30, (i) => label(i % 2 ? yes : no, yes)));
  const [row] = labelRows(labels, 1, kind);
  expect(row?.confusion).toEqual({ truePositive: 2, trueNegative: 1, falsePositive: 1, falseNegative: 1 });
});

test.for([
  ['churn', 'stay'],
  [-1, 1],
  [1, 2],
] as const)('%j and %j: nobody can say which is positive', ([one, other]) => {
  const labels = many(40, (i) => label(i % 2 ? one : other, one));
  expect(labelRows(labels, 1, learnt(labels))[0]?.confusion).toBeUndefined();
});

test('zeros and ones of a model with more classes are no yes and no: neither at first nor once others were seen', () => {
  const first = many(29, (i) => label(i % 2, 1));
  expect(labelRows(first, 1, learnt(first))[0]?.confusion).toBeUndefined();
  const binary = learnt([label(0, 0)], learnt(first));
  expect(labelRows(first, 1, binary)[0]?.confusion).toBeDefined();
  expect(labelRows(first, 1, learnt([label(7, 1)], binary))[0]?.confusion).toBeUndefined();
});

test('errors of measurements are summed up to a bound that comes from stable’s earlier ones, and stays', () => {
  const early = many(50, (i) => label(10.5, 10.5 + (i % 2 ? 1 : -1) * (1 + i / 50)));
  const kind = learnt([...early, label(1, 9000, { version: 'v2' })]);
  // 95 % of the errors are at most 1.94; three times that.
  expect(kind.losses).toEqual({ bound: 5.8, errors: [] });
  const [row] = labelRows([label(1, 2), label(1, 4), label(1, 100)], 1, kind);
  expect(row?.losses).toEqual({
    absolute: { bound: 5.8, sum: 1 + 3 + 5.8, squares: 1 + 9 + 5.8 ** 2, clipped: 1 },
    squared: { bound: 5.8 ** 2, sum: 1 + 9 + 5.8 ** 2, squares: 1 + 81 + 5.8 ** 4, clipped: 1 },
  });
  expect(
    learnt(
      many(100, () => label(0.5, 90)),
      kind,
    ).losses.bound,
  ).toBe(5.8);
});

test('numbers of classes have no losses, and neither have measurements before there is a bound', () => {
  const classes = many(60, (i) => label(i % 10, (i + 1) % 10));
  expect(labelRows(classes, 1, learnt(classes))[0]?.losses).toBeUndefined();
  const few = many(20, (i) => label(i + 0.5, i));
  expect(labelRows(few, 1, learnt(few))[0]?.losses).toBeUndefined();
});

test('a model that makes no errors sets no bound of zero', () => {
  expect(learnt(many(200, (i) => label(i + 0.5, i + 0.5))).losses.bound).toBeNull();
});
