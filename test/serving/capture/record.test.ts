import { expect, test } from 'vitest';
import type { CaptureSettings } from '../../../domain/serving-contract.ts';
import type { Observation } from '../../../serving/capture/observation.ts';
import { recordsOf } from '../../../serving/capture/record.ts';
import { observed } from '../support/observations.ts';

const SETTINGS: CaptureSettings = { sample: 1, redact: [], retentionDays: 7, userHeader: null, tolerance: 0 };

test.for([
  ['inputs', { inputs: [[1], [2]] }, [[1], [2]]],
  [
    'named inputs',
    { inputs: { a: [1, 2], b: [3, 4] } },
    [
      { a: 1, b: 3 },
      { a: 2, b: 4 },
    ],
  ],
  ['instances', { instances: ['x', 'y'] }, ['x', 'y']],
  ['dataframe_records', { dataframe_records: [{ a: 1 }, { a: 2 }] }, [{ a: 1 }, { a: 2 }]],
  [
    'dataframe_split',
    {
      dataframe_split: {
        columns: ['a', 'b'],
        data: [
          [1, 3],
          [2, 4],
        ],
      },
    },
    [
      { a: 1, b: 3 },
      { a: 2, b: 4 },
    ],
  ],
] as const)('each row of %s is a line of the log, with its own prediction', ([, request, inputs]) => {
  const lines = recordsOf(prediction(request, { predictions: ['p', 'q'] }), SETTINGS);
  expect(lines.map(({ row, input, prediction }) => [row, JSON.parse(input ?? '') as unknown, prediction])).toEqual([
    [0, inputs[0], '"p"'],
    [1, inputs[1], '"q"'],
  ]);
});

test.for([
  ['as many predictions as rows are not there', { inputs: [1, 2] }, { predictions: [1] }],
  ['it speaks the v2 protocol', { inputs: [{ name: 'x', datatype: 'FP32', data: [1] }] }, { outputs: [{ name: 'y' }] }],
  ['it has more rows than are worth it', { inputs: Array(1001).fill(0) }, { predictions: Array(1001).fill(0) }],
  ['it speaks anything else', { text: 'hello' }, { score: 1 }],
] as const)('a request is one line when %s', ([, request, answer]) => {
  expect(recordsOf(prediction(request, answer), SETTINGS).map(({ row }) => row)).toEqual([0]);
});

test('fields to redact are blanked wherever they stand, and nothing else', () => {
  const settings = { ...SETTINGS, redact: ['name', 'iban'] };
  const inputs = [
    { dataframe_split: { columns: ['age', 'name'], data: [[40, 'Ann']] } },
    { dataframe_records: [{ age: 40, name: 'Ann', account: { iban: 'DE1', bank: 'B' } }] },
    { inputs: { age: [40], name: ['Ann'] } },
    { inputs: [{ name: 'iban', datatype: 'BYTES', data: ['DE1'] }] },
  ].map((request) => recordsOf(prediction(request, { predictions: [1] }), settings)[0]?.input ?? '');
  expect(inputs.join()).not.toMatch(/Ann|DE1/);
  expect(JSON.parse(inputs[1] ?? '')).toEqual({ age: 40, name: null, account: { iban: null, bank: 'B' } });
});

test('what could quote a redacted field, but has no fields, is not recorded', () => {
  const settings = { ...SETTINGS, redact: ['name'] };
  const csv = recordsOf({ ...prediction(0, {}), request: { text: 'age,name\n40,Ann', isSkipped: false } }, settings);
  const refusal = recordsOf({ ...prediction({ inputs: [1] }, { message: 'bad name Ann' }), status: 400 }, settings);
  expect([csv[0]?.input, refusal[0]?.prediction]).toEqual([null, null]);
});

test('sampling keeps bodies of its share of requests, of both halves of a pair or of none, and a line for every one', () => {
  const settings = { ...SETTINGS, sample: 0.3 };
  const kept = Array.from({ length: 2000 }, (_, index) => {
    const observation = { ...prediction({ inputs: [1] }, { predictions: [1] }), requestId: `id-${index}` };
    const [live] = recordsOf(observation, settings);
    const [shadow] = recordsOf({ ...observation, role: 'shadow' }, settings);
    expect(live?.prediction).toBe(shadow?.prediction);
    return live?.input !== null;
  }).filter(Boolean).length;
  // Six standard deviations around 600.
  expect(kept).toBeGreaterThan(600 - 123);
  expect(kept).toBeLessThan(600 + 123);
});

test('characters that PostgreSQL cannot hold are replaced, and those that only look like them are not', () => {
  const request = { inputs: ['zero \u0000, half \ud800, pair \ud83d\ude00, text \\u0000'] };
  const [line] = recordsOf(prediction(request, { predictions: [1] }), SETTINGS);
  expect(JSON.parse(line?.input ?? '')).toBe('zero \ufffd, half \ufffd, pair \ud83d\ude00, text \\u0000');
});

test('a copy does not repeat the input of its original', () => {
  const shadow = { ...prediction({ inputs: [1] }, { predictions: [2] }), role: 'shadow' as const, arm: 'v2' };
  expect(recordsOf(shadow, SETTINGS)).toMatchObject([{ role: 'shadow', arm: 'v2', input: null, prediction: '2' }]);
});

function prediction(request: unknown, answer: unknown): Observation {
  const body = (value: unknown) => ({ text: JSON.stringify(value), isSkipped: false });
  return observed({ request: body(request), response: body(answer) });
}
