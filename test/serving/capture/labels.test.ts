import { expect, test } from 'vitest';
import { credit, labelCounts } from '../../../serving/capture/labels.ts';

const pending = (label: unknown, prediction: unknown, version = 'v1') => ({
  requestId: 'r',
  row: 0,
  label,
  prediction,
  version,
});

test.for([
  [3, 3, true],
  [3, 4, false],
  ['3', 3, true],
  ['cat', 'cat', true],
  ['cat', ['cat'], true],
  [1, { label: 1 }, true],
  [true, 'true', true],
  [3, null, null],
  [3, [0.1, 0.9], null],
  [3, { a: 1, b: 2 }, null],
] as const)('label %j for prediction %j: correct is %j', ([label, prediction, correct]) => {
  expect(credit([pending(label, prediction)], 0)[0]?.correct).toBe(correct);
});

test('a number is right within the tolerance of its label', () => {
  expect(credit([pending(100, 104), pending(100, 106)], 0.05).map(({ correct }) => correct)).toEqual([true, false]);
});

test('labels are counted per version, without those that cannot be judged', () => {
  const labels = [pending(1, 1, 'v2'), pending(1, 1), pending(1, 2), pending(1, null)];
  expect(labelCounts(credit(labels, 0))).toEqual([
    { version: 'v1', n: 2, correct: 1 },
    { version: 'v2', n: 1, correct: 1 },
  ]);
});
