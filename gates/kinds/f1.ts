import type { Half } from './arms.ts';

// With J = TP / (TP + FP + FN), F1 = 2J / (1 + J). J is a plain share: of the examples that are positive by prediction or by
// label, those that are so by both. So F1 needs no approximation: it is a 2×2 table, and since the odds of its mistakes are
// (FP + FN) / TP = 2 (1 − F1) / F1, the table's log odds ratio is the difference of the logits of 1 − F1 itself.

/** F1 of the examples that are positive by prediction or by label; `null` without any. */
export function f1Of({ bad, n }: Half): number | null {
  return n > 0 ? (2 * (n - bad)) / (2 * n - bad) : null;
}

/** The share of mistakes in an F1 table (1 − J) at which F1 has a value. */
export function mistakesAt(f1: number): number {
  return (2 - 2 * f1) / (2 - f1);
}

/** How much the share of mistakes may rise so that F1 falls by `margin` at most, where stable's F1 is `f1`. */
export function f1Margin(margin: number, f1: number): number {
  return mistakesAt(Math.max(f1 - margin, 0)) - mistakesAt(f1);
}
