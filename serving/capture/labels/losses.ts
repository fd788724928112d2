import type { LabelCounts, LossSums } from '../../../domain/gate-batch.ts';
import type { JudgedLabel } from './judged.ts';

/** The bound of absolute errors, or stable's errors that it is to come from. In units of the label. */
export interface LossBound {
  readonly bound: number | null;
  readonly errors: readonly number[];
}

export const NO_BOUND: LossBound = { bound: null, errors: [] };

/** Labels of stable that the bound comes from. */
const SAMPLE = 50;

/**
 * The bound is three times the size of error that 95 % of stable's first {@link SAMPLE} stay within: six standard deviations
 * of normal errors, so that of stable's own hardly any is clipped, and one wild error does not set it.
 *
 * It stays for good, since losses that were clipped at different bounds cannot be compared.
 */
const QUANTILE = 0.95;
const TIMES = 3;

export function learnBound(known: LossBound, ofStable: readonly JudgedLabel[]): LossBound {
  if (known.bound !== null) return known;
  const more = ofStable.map(errorOf).filter((error) => Number.isFinite(error));
  const errors = [...known.errors, ...more].slice(0, SAMPLE);
  if (errors.length < SAMPLE) return { bound: null, errors };
  const sorted = errors.sort((a, b) => a - b);
  const usual = sorted[Math.ceil(QUANTILE * SAMPLE) - 1] || sorted.at(-1);
  // A model without any error so far has told nothing: the next ones will.
  return usual ? { bound: rounded(TIMES * usual), errors: [] } : NO_BOUND;
}

/** Sums of squared and absolute errors; `null` unless all labels and predictions are numbers. */
export function lossesOf(labels: readonly JudgedLabel[], bound: number): LabelCounts['losses'] | null {
  const errors = labels.map(errorOf);
  if (errors.some(Number.isNaN)) return null;
  const squares = errors.map((error) => error * error);
  return { squared: sumsOf(squares, bound * bound), absolute: sumsOf(errors, bound) };
}

function sumsOf(losses: readonly number[], bound: number): LossSums {
  const sums = { bound, sum: 0, squares: 0, clipped: 0 };
  for (const loss of losses) {
    const counted = Math.min(loss, bound);
    sums.sum += counted;
    sums.squares += counted * counted;
    if (loss > bound) sums.clipped += 1;
  }
  return sums;
}

/** NaN where label or prediction is no number. */
function errorOf({ label, value }: JudgedLabel): number {
  return typeof label === 'number' && typeof value === 'number' ? Math.abs(label - value) : Number.NaN;
}

/** Two digits, for people who read it. */
function rounded(x: number): number {
  return Number(x.toPrecision(2));
}
