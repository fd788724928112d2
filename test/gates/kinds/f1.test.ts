import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { f1Margin, f1Of, mistakesAt } from '../../../gates/kinds/f1.ts';
import { labelTables } from '../../../gates/kinds/label-tables.ts';
import { CANDIDATE, STABLE } from '../support/batches.ts';
import { NAMES, labelled, labels } from './support.ts';

const some = fc.integer({ min: 1, max: 500 });
const logit = (p: number) => Math.log(p / (1 - p));

describe('F1 as a table', () => {
  test('is where 2 TP − f (2 TP + FP + FN) is zero', () => {
    fc.assert(
      fc.property(some, some, some, (truePositive, falsePositive, falseNegative) => {
        const mistakes = falsePositive + falseNegative;
        const f1 = f1Of({ bad: mistakes, n: truePositive + mistakes }) ?? NaN;
        expect(2 * truePositive - f1 * (2 * truePositive + mistakes)).toBeCloseTo(0, 9);
        expect(mistakesAt(f1)).toBeCloseTo(mistakes / (truePositive + mistakes), 9);
      }),
    );
  });

  test('has as its log odds ratio the difference of the logits of 1 − F1', () => {
    fc.assert(
      fc.property(some, some, some, some, (tp, mistakes, otherTp, otherMistakes) => {
        const row = (version: string, truePositive: number, falsePositive: number) =>
          labels(version, truePositive + falsePositive, truePositive, {
            confusion: { truePositive, falsePositive, falseNegative: 0, trueNegative: 0 },
          });
        const rows = [row(CANDIDATE, tp, mistakes), row(STABLE, otherTp, otherMistakes)];
        const [table] = labelTables('f1', labelled(1, rows), NAMES);
        if (!table) throw new Error('no table');
        const ours = f1Of({ bad: table.candidateBad, n: table.candidate }) ?? NaN;
        const theirs = f1Of({ bad: table.stableBad, n: table.stable }) ?? NaN;
        const odds = (bad: number, n: number) => Math.log(bad / (n - bad));
        const ratio = odds(table.candidateBad, table.candidate) - odds(table.stableBad, table.stable);
        expect(ratio).toBeCloseTo(logit(1 - ours) - logit(1 - theirs), 8);
      }),
    );
  });

  test('falls by a margin just where the share of mistakes rises by the margin in its terms', () => {
    expect(mistakesAt(0.8) + f1Margin(0.05, 0.8)).toBeCloseTo(mistakesAt(0.75), 12);
    expect(f1Margin(0.9, 0.5)).toBeCloseTo(1 - mistakesAt(0.5), 12);
    expect(f1Of({ bad: 0, n: 0 })).toBeNull();
    expect(f1Of({ bad: 9, n: 9 })).toBe(0);
  });
});
