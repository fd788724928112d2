import { expect, test } from 'vitest';
import { answersAgree } from '../../../serving/capture/compare.ts';

const CASES: readonly (readonly [string, unknown, unknown, number, boolean])[] = [
  ['equal classes', { predictions: [1, 2] }, { predictions: [1, 2] }, 0, true],
  ['one row of many differs', { predictions: [1, 2, 3] }, { predictions: [1, 9, 3] }, 0, false],
  ['fewer rows', { predictions: [1, 2] }, { predictions: [1] }, 0, false],
  ['numbers within the tolerance', { predictions: [100, -100] }, { predictions: [101, -99] }, 0.01, true],
  ['numbers beyond the tolerance', { predictions: [100] }, { predictions: [101.1] }, 0.01, false],
  ['no tolerance around zero', { predictions: [0] }, { predictions: [0.001] }, 0.01, false],
  ['classes have no tolerance', { predictions: ['cat'] }, { predictions: ['cats'] }, 1, false],
  ['records of a data frame', { predictions: [{ a: 1, b: 2 }] }, { predictions: [{ b: 2, a: 1 }] }, 0, true],
  ['a field more', { predictions: [{ a: 1 }] }, { predictions: [{ a: 1, b: undefined, c: 1 }] }, 0, false],
  [
    'outputs of the v2 protocol, whatever version they name',
    { model_version: '1', outputs: [{ name: 'y', data: [1] }] },
    { model_version: '2', outputs: [{ name: 'y', data: [1] }] },
    0,
    true,
  ],
  ['whole bodies of other servers', { score: 1 }, { score: 2 }, 0, false],
  ['null and nothing', { predictions: [null] }, { predictions: [0] }, 0, false],
];

test.for(CASES)('%s', ([, served, mirrored, tolerance, agree]) => {
  expect(answersAgree(JSON.stringify(served), JSON.stringify(mirrored), tolerance)).toBe(agree);
});

test('answers that are no JSON agree only when they are the same text', () => {
  expect(answersAgree('a,b', 'a,b', 0)).toBe(true);
  expect(answersAgree('{"predictions":[NaN]}', '{"predictions":[1]}', 1)).toBe(false);
});
