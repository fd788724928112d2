import { className, type Prediction } from './prediction.ts';

export interface ClassFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows with this label. */
  readonly support: number;
}

export interface Classification {
  readonly rows: number;
  /** By the names under which a specification asks for them. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly classes: Readonly<Record<string, ClassFigures>>;
  /** Label → prediction → rows; rows without an answer stand under `(none)`. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export const NO_ANSWER = '(none)';

/**
 * Accuracy, and precision, recall and F1 by class, as the mean over classes (macro) and weighted by support.
 *
 * As scikit-learn defines them, with `zero_division=0`. A row without an answer counts as wrong.
 */
export function classify(
  labels: readonly Prediction[],
  predictions: readonly (Prediction | null)[],
  includes?: ArrayLike<number>,
): Classification {
  const confusion = countPairs(labels, predictions, includes);
  const answered = [...confusion.values()].flatMap((row) => [...row.keys()]).filter((name) => name !== NO_ANSWER);
  const names = [...new Set([...confusion.keys(), ...answered])].sort();
  const classes = names.map((name) => [name, figuresOf(name, confusion)] as const);
  const rows = classes.reduce((sum, [, { support }]) => sum + support, 0);
  const right = names.reduce((sum, name) => sum + (confusion.get(name)?.get(name) ?? 0), 0);
  const mean = (key: keyof ClassFigures) => sumOf(classes, (figures) => figures[key]) / names.length;
  const weighted = (key: keyof ClassFigures) => sumOf(classes, (f) => f[key] * f.support) / rows;
  const metrics = {
    accuracy: right / rows,
    precision_macro: mean('precision'),
    recall_macro: mean('recall'),
    f1_macro: mean('f1'),
    precision_weighted: weighted('precision'),
    recall_weighted: weighted('recall'),
    f1_weighted: weighted('f1'),
  };
  return {
    rows,
    metrics,
    classes: Object.fromEntries(classes),
    confusion: Object.fromEntries([...confusion].sort().map(([label, row]) => [label, Object.fromEntries(row)])),
  };
}

/** 1 where the answer is the label, 0 where it is another or there is none. */
export function rightAnswers(labels: readonly Prediction[], predictions: readonly (Prediction | null)[]): Uint8Array {
  return Uint8Array.from(labels, (label, row) => {
    const prediction = predictions[row] ?? null;
    return prediction !== null && className(prediction) === className(label) ? 1 : 0;
  });
}

function countPairs(
  labels: readonly Prediction[],
  predictions: readonly (Prediction | null)[],
  includes?: ArrayLike<number>,
): Map<string, Map<string, number>> {
  const confusion = new Map<string, Map<string, number>>();
  labels.forEach((label, row) => {
    if (includes && !includes[row]) return;
    const prediction = predictions[row] ?? null;
    const answered = prediction === null ? NO_ANSWER : className(prediction);
    const counts = confusion.get(className(label)) ?? new Map<string, number>();
    confusion.set(className(label), counts.set(answered, (counts.get(answered) ?? 0) + 1));
  });
  return confusion;
}

function figuresOf(name: string, confusion: ReadonlyMap<string, ReadonlyMap<string, number>>): ClassFigures {
  const hit = confusion.get(name)?.get(name) ?? 0;
  const support = [...(confusion.get(name)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  const predicted = [...confusion.values()].reduce((sum, row) => sum + (row.get(name) ?? 0), 0);
  const precision = share(hit, predicted);
  const recall = share(hit, support);
  return { precision, recall, f1: share(2 * hit, predicted + support), support };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sumOf(classes: readonly (readonly [string, ClassFigures])[], of: (figures: ClassFigures) => number): number {
  return classes.reduce((sum, [, figures]) => sum + of(figures), 0);
}
