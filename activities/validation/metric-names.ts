import { failure } from '../failures.ts';

/** Short names that a specification or a training run may use for a metric of classification.ts or regression.ts. */
const ALIASES: Readonly<Record<string, string>> = {
  precision: 'precision_macro',
  recall: 'recall_macro',
  f1: 'f1_macro',
  balanced_accuracy: 'recall_macro',
  mean_squared_error: 'mse',
  root_mean_squared_error: 'rmse',
  mean_absolute_error: 'mae',
};

/** Where less is better. */
const LOWER_IS_BETTER: ReadonlySet<string> = new Set(['mse', 'rmse', 'mae']);

/** Where 1 is 100 %; the others are in the label's own unit. */
export function isShare(metric: string): boolean {
  return !LOWER_IS_BETTER.has(metric);
}

export function isWithin(metric: string, value: number, limit: number): boolean {
  return LOWER_IS_BETTER.has(metric) ? value <= limit : value >= limit;
}

/**
 * The computed metric that a name means: as it is, or as training tools write it, `val_accuracy`, `training_f1_score`.
 *
 * @throws failure `InvalidData` for a name that means none
 */
export function computedName(name: string, computed: Readonly<Record<string, number>>, asked: string): string {
  const plain = name
    .toLowerCase()
    .replace(/^(train|training|val|valid|validation|test|eval)_/, '')
    .replace(/_score$/, '');
  const found = [name, plain, ALIASES[plain]].find((candidate) => candidate !== undefined && candidate in computed);
  if (found !== undefined) return found;
  throw failure(
    'InvalidData',
    `${asked}: "${name}" is no metric of this task; there are ${Object.keys(computed).join(', ')}`,
  );
}
