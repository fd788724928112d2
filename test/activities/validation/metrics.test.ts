import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, NO_ANSWER, rightAnswers } from '../../../activities/validation/classification.ts';
import { testMean } from '../../../activities/validation/paired-mean.ts';
import { r2Losses, regress } from '../../../activities/validation/regression.ts';

describe('metrics of a classification agree with scikit-learn', () => {
  // scikit-learn 1.9.1: accuracy_score and precision_recall_fscore_support(average=…, zero_division=0)
  const labels = ['a', 'a', 'a', 'b', 'b', 'c', 'c', 'c', 'c', 'd'];
  const answers = ['a', 'b', 'a', 'b', 'b', 'c', 'a', 'c', 'c', 'e'];
  const { metrics, classes, confusion } = classify(labels, answers);

  it.each([
    ['accuracy', 0.7],
    ['precision_macro', 0.4666666666666666],
    ['recall_macro', 0.4833333333333333],
    ['f1_macro', 0.4647619047619048],
    ['precision_weighted', 0.7333333333333333],
    ['recall_weighted', 0.7],
    ['f1_weighted', 0.7028571428571428],
  ])('%s', (name, expected) => expect(metrics[name]).toBeCloseTo(expected, 12));

  it('by class, a class that is never answered and one that is no label included', () => {
    expect(classes['c']).toEqual({ precision: 1, recall: 0.75, f1: 6 / 7, support: 4 });
    expect(classes['d']).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 });
    expect(classes['e']).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
    expect(confusion['c']).toEqual({ c: 3, a: 1 });
  });
});

describe('answers and labels', () => {
  it('are one class as number and as text', () => {
    expect([...rightAnswers([3, '3', true, 'yes'], ['3', 3, 'true', 'no'])]).toEqual([1, 1, 1, 0]);
  });

  it('are wrong where there is no answer, and such a row is no class of its own', () => {
    const { metrics, confusion, classes } = classify(['a', 'a', 'b'], ['a', null, 'b']);
    expect(metrics['accuracy']).toBeCloseTo(2 / 3);
    expect(confusion['a']).toEqual({ a: 1, [NO_ANSWER]: 1 });
    expect(Object.keys(classes)).toEqual(['a', 'b']);
  });

  it('keep every figure between 0 and 1', () => {
    const names = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('a', 'b', 'd', null)), {
      minLength: 1,
    });
    fc.assert(
      fc.property(names, (rows) => {
        const { metrics } = classify(
          rows.map(([label]) => label),
          rows.map(([, answer]) => answer),
        );
        for (const value of Object.values(metrics)) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });
});

describe('metrics of a regression', () => {
  const labels = [3, -0.5, 2, 7, 4.25];
  const answers = [2.5, 0, 2, 8, 4];

  it('agree with scikit-learn', () => {
    // scikit-learn 1.9.1: mean_squared_error, its root, mean_absolute_error, r2_score
    const { metrics } = regress(labels, answers);
    expect(metrics['mse']).toBeCloseTo(0.3125, 12);
    expect(metrics['rmse']).toBeCloseTo(0.5590169943749475, 12);
    expect(metrics['mae']).toBeCloseTo(0.45, 12);
    expect(metrics['r2']).toBeCloseTo(0.9491042345276873, 12);
  });

  it('leave out rows without a number', () => {
    expect(regress([...labels, 1, 2], [...answers, null, 'n/a'])).toEqual(regress(labels, answers));
  });

  it('differ by the mean of the losses of the rows', () => {
    const other = [3, 0, 2.5, 7, 4];
    const losses = r2Losses(labels, answers, other);
    const difference = (regress(labels, other).metrics['r2'] ?? 0) - (regress(labels, answers).metrics['r2'] ?? 0);
    expect(losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toBeCloseTo(difference, 12);
  });
});

describe('the test of a mean', () => {
  // numpy: default_rng(0).normal(0.01, 0.2, 40), three digits; scipy 1.17.1: ttest_1samp with alternative less, greater
  const values = [
    0.035, -0.016, 0.138, 0.031, -0.097, 0.082, 0.271, 0.199, -0.131, -0.243, -0.115, 0.018, -0.455, -0.034, -0.239,
    -0.136, -0.099, -0.053, 0.092, 0.219, -0.016, 0.283, -0.123, 0.08, 0.191, 0.029, -0.139, -0.174, -0.082, 0.054,
    -0.192, -0.032, -0.022, 0.118, 0.053, 0.081, -0.121, -0.016, 0.167, 0.309,
  ];

  it('agrees with scipy', () => {
    const { mean, againstMargin, againstZero } = testMean(values, 0.1, 0.05);
    expect(mean).toBeCloseTo(-0.002125, 12);
    expect(againstMargin).toBeCloseTo(0.00011752843370042631, 10);
    expect(againstZero).toBeCloseTo(0.5333724129387387, 10);
  });

  it('proves equal answers at once, and nothing with a few', () => {
    expect(testMean(Array<number>(40).fill(0), 0.02, 0.05)).toMatchObject({ againstMargin: 0, againstZero: 1 });
    expect(testMean(values.slice(0, 10), 0.1, 0.05)).toMatchObject({ againstMargin: 1, againstZero: 1 });
  });

  it('says how many rows would do', () => {
    expect(testMean(values, 0.03, 0.05).needed).toBeGreaterThan(40);
    expect(testMean(values, -1, 0.05).needed).toBeNull();
  });
});
