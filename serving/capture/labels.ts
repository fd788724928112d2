import type { LabelCounts } from '../../domain/gate-batch.ts';
import type { Scalar } from './labels/judged.ts';
import { valuesAgree } from './compare.ts';
import { isScalar, unwrapped } from './labels/judged.ts';

/** A label that no batch has counted yet, beside the prediction it is for. */
export interface PendingLabel {
  readonly requestId: string;
  readonly row: number;
  readonly label: unknown;
  /** The version that served the prediction. */
  readonly version: string;
  /** `null` when its body was not kept. */
  readonly prediction: unknown;
}

/** `correct` is `null` where label and prediction cannot be compared; such a label counts for nobody. */
export type Credited<T extends PendingLabel> = T & { readonly correct: boolean | null };

export type CreditedLabel = Credited<PendingLabel>;

export function credit<T extends PendingLabel>(pending: readonly T[], tolerance: number): Credited<T>[] {
  return pending.map((label) => ({ ...label, correct: isCorrect(label.label, label.prediction, tolerance) }));
}

/** Per version, in order of their names. */
export function labelCounts(credited: readonly Pick<CreditedLabel, 'version' | 'correct'>[]): LabelCounts[] {
  const counts = new Map<string, { n: number; correct: number }>();
  for (const { version, correct } of credited) {
    if (correct === null) continue;
    const sums = counts.get(version) ?? { n: 0, correct: 0 };
    counts.set(version, { n: sums.n + 1, correct: sums.correct + (correct ? 1 : 0) });
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([version, sums]) => ({ version, ...sums }));
}

/** Whether a prediction is what its label says; `null` where they cannot be compared. */
export function isCorrect(label: unknown, prediction: unknown, tolerance: number): boolean | null {
  const value = unwrapped(prediction);
  if (!isScalar(value) || !isScalar(label)) return null;
  return agrees(label, value, tolerance);
}

function agrees(label: Scalar, value: Scalar, tolerance: number): boolean {
  // Files and forms bring numbers as text.
  if (typeof value !== typeof label) return String(value) === String(label);
  return valuesAgree(label, value, tolerance);
}
