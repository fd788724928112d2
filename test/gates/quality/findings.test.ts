import { expect, test } from 'vitest';
import { classify } from '../../../gates/quality/classification.ts';
import { qualityFindings } from '../../../gates/quality/findings.ts';
import { regress } from '../../../gates/quality/regression.ts';

const plan = { overMs: 3_600_000, min: {}, max: {} };

function labelled(right: number, wrong: number) {
  return classify([
    { label: 'a', prediction: 'a', n: right },
    { label: 'a', prediction: 'b', n: wrong },
  ]);
}

test('a measure is found once its whole interval is beyond the limit', () => {
  const limits = { ...plan, min: { accuracy: 0.9 } };
  expect(qualityFindings(labelled(850, 150), limits)).toEqual([
    {
      ...{ kind: 'quality', subject: 'accuracy', severity: 'critical', value: 0.85, limit: 0.9 },
      summary: 'accuracy is 0.85 on 1000 labels, and with 95 % confidence below 0.9',
    },
  ]);
  expect(qualityFindings(labelled(88, 12), limits), 'too few to say').toEqual([]);
  expect(qualityFindings(labelled(5, 24), limits), 'fewer labels than say anything').toEqual([]);
  expect(qualityFindings(null, limits)).toEqual([]);
});

test('an error is found above its limit, and a measure of the other kind of labels says nothing', () => {
  const sums = { n: 100, label: 0, labelSquares: 100, absolute: 200, squares: 400, fourths: 1600 };
  const limits = { ...plan, min: { accuracy: 0.9 }, max: { mse: 3, mae: 5 } };
  expect(qualityFindings(regress(sums), limits).map(({ subject }) => subject)).toEqual(['mse']);
});
