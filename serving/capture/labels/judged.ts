/** A label that could be compared with the prediction it is for. */
export interface JudgedLabel {
  /** The version that served the prediction. */
  readonly version: string;
  readonly label: Scalar;
  /** What was predicted, without lists and names around it. */
  readonly value: Scalar;
  readonly isCorrect: boolean;
}

export type Scalar = string | number | boolean;

export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The single value inside `[3]` or `{"label": 3}`. */
export function unwrapped(prediction: unknown): unknown {
  if (typeof prediction !== 'object' || prediction === null) return prediction;
  const values: unknown[] = Object.values(prediction);
  return values.length === 1 ? unwrapped(values[0]) : prediction;
}

/** Whether a label for this prediction could be judged. */
export function canBeJudged(prediction: unknown): boolean {
  return isScalar(unwrapped(prediction));
}
