import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planComparison, type ComparisonSpec } from '../../../domain/comparison.ts';
import { answersAgree } from '../../../serving/capture/compare.ts';
import { wordsOf } from '../../../serving/capture/words.ts';

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
  expect(answersAgree(JSON.stringify(served), JSON.stringify(mirrored), { tolerance })).toBe(agree);
});

test('answers that are no JSON agree only when they are the same text', () => {
  expect(answersAgree('a,b', 'a,b', { tolerance: 0 })).toBe(true);
  expect(answersAgree('{"predictions":[NaN]}', '{"predictions":[1]}', { tolerance: 1 })).toBe(false);
});

const chat = (content: string, more: object = {}) => ({
  id: 'a',
  choices: [{ message: { role: 'assistant', content }, logprob: -1 }],
  usage: { total_tokens: 7 },
  ...more,
});
const byRules = (spec: ComparisonSpec) => (served: unknown, mirrored: unknown) =>
  answersAgree(JSON.stringify(served), JSON.stringify(mirrored), {
    tolerance: 0,
    comparison: planComparison(spec),
  });

test('generated answers agree by rules for their fields: what is left out, how near numbers are, which words texts have', () => {
  const agree = byRules({
    fields: [
      { path: 'id', ignore: true },
      { path: 'usage', ignore: true },
      { path: 'choices.*.message.content', text: 'normalised' },
      { path: 'choices.*.logprob', tolerance: 0.2 },
    ],
  });
  const served = chat('The answer is  42.');
  expect(agree(served, chat('the answer is 42', { id: 'b', usage: { total_tokens: 9 } }))).toBe(true);
  expect(
    agree(served, { ...chat('the answer is 42'), usage: undefined }),
    'a field that is left out may be missing',
  ).toBe(true);
  expect(agree(served, chat('the answer is 43'))).toBe(false);
  expect(
    agree(served, chat('The answer is 42.', { choices: [{ ...chat('The answer is 42.').choices[0], logprob: -1.3 }] })),
  ).toBe(false);
  expect(agree(served, chat('The answer is 42.', { more: true })), 'a field that no rule names counts').toBe(false);
});

test('the first rule that fits a place counts, and a star stands for exactly one name', () => {
  const agree = byRules({
    fields: [
      { path: 'a.b', tolerance: 1 },
      { path: 'a.*', ignore: true },
    ],
  });
  expect(agree({ a: { b: 1, c: 1 } }, { a: { b: 2, c: 9 } })).toBe(true);
  expect(agree({ a: { b: 1, c: 1 } }, { a: { b: 3, c: 1 } })).toBe(false);
  expect(agree({ a: { d: { e: 1 } }, f: 1 }, { a: { d: { e: 2 } }, f: 2 })).toBe(false);
});

test('texts agree by their words, in JSON and without', () => {
  const rules = { tolerance: 0, comparison: planComparison({ text: 'normalised' }) };
  expect(answersAgree('Yes, of course!', 'yes  of COURSE', rules)).toBe(true);
  expect(answersAgree('{"predictions": ["ﬁne"]}', '{"predictions": ["Fine."]}', rules)).toBe(true);
  expect(answersAgree('yes', 'no', rules)).toBe(false);
});

test('however a text is spaced, cased and punctuated, its words stay the same', () => {
  const separators = fc.constantFrom(' ', '  ', '\n', ', ', '. ', ' - ', '!? ');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.stringMatching(/^[a-zäß0-9]{1,8}$/), separators), { maxLength: 12 }), (parts) => {
      const plain = parts.map(([word]) => word).join(' ');
      const dressed = parts
        .map(([word, after], at) => (at % 2 ? word.replace('ß', 'ß').toLowerCase() : word) + after)
        .join('');
      expect(wordsOf(dressed)).toBe(wordsOf(plain));
      expect(wordsOf(wordsOf(dressed)), 'and once is enough').toBe(wordsOf(dressed));
    }),
  );
});
