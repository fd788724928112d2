import type { FoundFault } from './fault.ts';
import type { Reader } from './reader.ts';

/** Metrics of labels that are yes or no, and of labels that are numbers. */
const CLASSES = ['precision', 'recall', 'f1'] as const;
const NUMBERS = ['mse', 'mae'] as const;

/** Metrics that cannot all have labels: a model answers with classes or with numbers. */
export function metricFaults(spec: Reader): FoundFault[] {
  const named = (names: readonly string[]) => names.filter((name) => spec.value('gates', name) !== undefined);
  const [classes, [numbers]] = [named(CLASSES), named(NUMBERS)];
  const regression = spec.value('validate', 'task') === 'regression';
  if (!regression && numbers === undefined) return [];
  const other = regression ? 'validate.task is regression' : `gates.${numbers} needs labels that are numbers`;
  const instead = regression ? 'name gates.mse or gates.mae instead' : 'name metrics of one kind';
  return classes.map((name) => ({
    path: ['gates', name],
    message: `needs labels that are yes or no, but ${other}: ${instead}`,
  }));
}
