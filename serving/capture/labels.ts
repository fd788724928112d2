import type { LabelCounts } from '../../domain/gate-batch.ts';
import { valuesAgree } from './compare.ts';

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

export interface CreditedLabel extends PendingLabel {
  /** `null` where label and prediction cannot be compared; such a label counts for nobody. */
  readonly correct: boolean | null;
}

export function credit(pending: readonly PendingLabel[], tolerance: number): CreditedLabel[] {
  return pending.map((label) => ({ ...label, correct: isCorrect(label, tolerance) }));
}

/** Per version, in order of their names. */
export function labelCounts(credited: readonly CreditedLabel[]): LabelCounts[] {
  const counts = new Map<string, { n: number; correct: number }>();
  for (const { version, correct } of credited) {
    if (correct === null) continue;
    const sums = counts.get(version) ?? { n: 0, correct: 0 };
    counts.set(version, { n: sums.n + 1, correct: sums.correct + (correct ? 1 : 0) });
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([version, sums]) => ({ version, ...sums }));
}

function isCorrect({ label, prediction }: PendingLabel, tolerance: number): boolean | null {
  const value = unwrapped(prediction);
  if (!isScalar(value) || !isScalar(label)) return null;
  // Files and forms bring numbers as text.
  if (typeof value !== typeof label) return String(value) === String(label);
  return valuesAgree(label, value, tolerance);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The single value inside `[3]` or `{"label": 3}`. */
function unwrapped(prediction: unknown): unknown {
  if (typeof prediction !== 'object' || prediction === null) return prediction;
  const values: unknown[] = Object.values(prediction);
  return values.length === 1 ? unwrapped(values[0]) : prediction;
}
