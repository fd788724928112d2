import { expect, test } from 'vitest';
import { classify } from '../../../gates/quality/classification.ts';
import { LEAST_LABELS, qualityFindings, tailOf } from '../../../gates/quality/findings.ts';
import { draw, random } from '../support/random.ts';
import { regress } from '../../../gates/quality/regression.ts';

const plan = { overMs: 3_600_000, min: {}, max: {} };
const usual = { tail: 0.025 };

function labelled(right: number, wrong: number) {
  return classify([
    { label: 'a', prediction: 'a', n: right },
    { label: 'a', prediction: 'b', n: wrong },
  ]);
}

test('a measure is found once labels prove that it is beyond the limit', () => {
  const limits = { ...plan, min: { accuracy: 0.9 } };
  expect(qualityFindings(labelled(850, 150), limits, usual)).toEqual([
    {
      ...{ kind: 'quality', subject: 'accuracy', severity: 'critical', value: 0.85, limit: 0.9 },
      summary: 'accuracy is 0.85 on 1000 labels, which proves that it is below 0.9',
    },
  ]);
  expect(qualityFindings(labelled(88, 12), limits, usual), 'too few to say').toEqual([]);
  expect(qualityFindings(labelled(5, 24), limits, usual), 'fewer labels than say anything').toEqual([]);
  expect(qualityFindings(null, limits, usual)).toEqual([]);
});

test('an error is found above its limit, and a measure of the other kind of labels says nothing', () => {
  const sums = { n: 100, label: 0, labelSquares: 100, absolute: 200, squares: 400, fourths: 1600 };
  const limits = { ...plan, min: { accuracy: 0.9 }, max: { mse: 3, mae: 5 } };
  expect(qualityFindings(regress(sums), limits, usual).map(({ subject }) => subject)).toEqual(['mse']);
});

test('a slice is named in what is found of it', () => {
  const found = qualityFindings(labelled(50, 50), { ...plan, min: { accuracy: 0.9 } }, { ...usual, slice: 'new' });
  expect(found).toMatchObject([{ subject: 'accuracy of new', value: 0.5 }]);
  expect(found[0]?.summary).toBe('accuracy of slice "new" is 0.5 on 100 labels, which proves that it is below 0.9');
});

test('accuracy is found where the exact binomial test finds it, and nowhere else', () => {
  // SciPy: binom.cdf(77, 100, 0.9) = 1.14e-4, binom.cdf(78, 100, 0.9) = 3.12e-4.
  const isFound = (right: number, tail: number) =>
    qualityFindings(labelled(right, 100 - right), { ...plan, min: { accuracy: 0.9 } }, { tail }).length > 0;
  expect([77, 78].map((right) => isFound(right, 2e-4))).toEqual([true, false]);
  expect(isFound(77, 1e-4)).toBe(false);
});

test('a mistyped label, a class of its own that nobody gets right, proves nothing of the means', () => {
  const limits = { ...plan, min: { precision: 0.9, recall: 0.9, f1: 0.9 } };
  const isFound = (mistyped: number) => {
    const cells = [
      ...['cat', 'dog'].map((name) => ({ label: name, prediction: name, n: 500 })),
      { label: 'cta', prediction: 'cat', n: mistyped },
    ];
    return qualityFindings(classify(cells, usual.tail, LEAST_LABELS), limits, usual).map(({ subject }) => subject);
  };
  expect(isFound(1)).toEqual([]);
  expect(isFound(LEAST_LABELS)).toEqual(['recall', 'f1']);
  const scattered = Array.from({ length: 40 }, (_, i) => ({ label: `c${i}`, prediction: 'x', n: 1 }));
  expect(qualityFindings(classify(scattered, usual.tail, LEAST_LABELS), limits, usual)).toMatchObject([
    { subject: 'precision', value: 0 },
  ]);
});

test('more limits, more slices and more looks ask for more proof each', () => {
  const limits = { ...plan, min: { accuracy: 0.9 }, max: {} };
  const daily = tailOf(limits, 86_400_000);
  expect(daily).toBeCloseTo(1 / 365, 12);
  expect(tailOf(limits, 3_600_000)).toBeCloseTo(daily / 24, 12);
  const slices = ['a', 'b', 'c'].map((name) => ({ name, where: 'x = 1' }));
  expect(tailOf({ ...limits, min: { accuracy: 0.9, f1: 0.8 }, slices }, 86_400_000)).toBeCloseTo(daily / 8, 12);
});

/**
 * 300 years of 80 looks each, at labels of the last eight, by a version that is exactly at its limits: the year has so few
 * looks that false alarms are there to be counted.
 */
test('false alarms of a version that is exactly at its limits are a year apart on average, though its windows overlap', () => {
  const [years, looks, block, over] = [300, 80, 25, 8];
  const limits = { ...plan, min: { accuracy: 0.9, precision: 0.9, recall: 0.9, f1: 0.9 }, max: {} };
  const tail = tailOf(limits, (365 * 86_400_000) / looks);
  const next = random(11);
  const alarms = { accuracy: 0, precision: 0, recall: 0, f1: 0 };
  for (let year = 0; year < years; year += 1) {
    const blocks: number[][] = [];
    for (let look = 0; look < looks; look += 1) {
      blocks.push(draw(next, block, [0.45, 0.05, 0.05, 0.45]));
      const sum = (i: number) => blocks.slice(-over).reduce((all, counts) => all + (counts[i] ?? 0), 0);
      const pairs = ['aa', 'ab', 'ba', 'bb'].map((pair, i) => ({
        label: pair[0] ?? '',
        prediction: pair[1] ?? '',
        n: sum(i),
      }));
      for (const { subject } of qualityFindings(classify(pairs, tail), limits, { tail }))
        alarms[subject as keyof typeof alarms] += 1;
    }
  }
  // Each of the four limits has a quarter of the one that a year allows.
  expect(alarms.accuracy / years).toBeLessThan(0.35);
  for (const name of ['precision', 'recall', 'f1'] as const) expect(alarms[name] / years, name).toBeLessThan(0.25);
  expect(Object.values(alarms).reduce((all, n) => all + n, 0) / years).toBeLessThan(1);
});
