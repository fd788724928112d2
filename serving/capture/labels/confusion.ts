import type { Confusion } from '../../../domain/gate-batch.ts';
import type { JudgedLabel, Scalar } from './judged.ts';

/** Pairs of values of which nobody doubts which one is positive. Of `churn` and `stay`, or -1 and 1, one might. */
const POSITIVE = new Set(['true', '1', 'yes']);
const NEGATIVE = new Set(['false', '0', 'no']);

/** Whether a value is the positive class; `null` where it is neither. */
export function isYes(value: Scalar): boolean | null {
  const text = String(value).toLowerCase();
  if (POSITIVE.has(text)) return true;
  return NEGATIVE.has(text) ? false : null;
}

/** Labels by what they are and what was predicted; `null` unless all are yes or no. */
export function confusionOf(labels: readonly JudgedLabel[]): Confusion | null {
  const counts = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 };
  for (const { label, value } of labels) {
    const [actual, predicted] = [isYes(label), isYes(value)];
    if (actual === null || predicted === null) return null;
    if (predicted) counts[actual ? 'truePositive' : 'falsePositive'] += 1;
    else counts[actual ? 'falseNegative' : 'trueNegative'] += 1;
  }
  return counts;
}
