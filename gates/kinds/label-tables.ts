import type { GateBatch, LabelCounts } from '../../domain/gate-batch.ts';
import type { Half } from './arms.ts';
import type { Names } from './cohorts.ts';
import type { TwoArms } from '../two-arms.ts';
import { EMPTY_ARMS, addArms } from '../two-arms.ts';
import { bothArms, eachArm, tableOf } from './arms.ts';
import { cohortsOf, grouped } from './cohorts.ts';

const HALVES = {
  /** Wrong answers among labelled ones. */
  accuracy: ({ n, correct }) => ({ bad: n - correct, n }),
  /** False alarms among predicted positives, and misses among actual ones. */
  precision: ({ confusion: c }) => c && { bad: c.falsePositive, n: c.truePositive + c.falsePositive },
  recall: ({ confusion: c }) => c && { bad: c.falseNegative, n: c.truePositive + c.falseNegative },
  /** Mistakes among all that are positive by prediction or by label; see f1.ts. */
  f1: ({ confusion: c }) =>
    c && { bad: c.falsePositive + c.falseNegative, n: c.truePositive + c.falsePositive + c.falseNegative },
  /**
   * Predictions that this row leaves without a label, among those that had none before: the risk set of a log-rank test, so
   * every late row may be looked at (ter Schure, Pérez-Ortiz, Ly, Grünwald 2020, *The safe logrank test*).
   */
  coverage: ({ n, predictions, earlier = 0 }) => {
    if (predictions === undefined) return undefined;
    const open = Math.max(predictions - earlier, n);
    return { bad: open - n, n: open };
  },
} as const satisfies Record<string, (row: LabelCounts) => Half | undefined>;

export type LabelMetric = keyof typeof HALVES;

/**
 * The tables that one batch's labels give for a metric, one for each group of cohorts; effect of all: one log odds ratio.
 *
 * Given how many labels came, the tables are independent, so their log-likelihoods add up. Empty without labels of both arms.
 */
export function labelTables(
  metric: LabelMetric,
  batch: Pick<GateBatch, 'index' | 'labels'>,
  names: Names,
): readonly TwoArms[] {
  const tables = cohortsOf(batch, names).flatMap((cohort) => {
    const halves = bothArms(eachArm(cohort, (row) => halfOf(metric, row)));
    return halves ? [tableOf(halves)] : [];
  });
  return grouped(tables, ({ candidate, stable }) => ({ candidate, stable }))
    .map((group) => group.reduce(addArms, EMPTY_ARMS))
    .filter(({ candidate, stable }) => candidate > 0 && stable > 0);
}

/** An arm without labels adds nothing, except to coverage, where how many it lacks must be known. */
function halfOf(metric: LabelMetric, row: LabelCounts | null): Half | undefined {
  if (metric !== 'coverage' && (row === null || row.n === 0)) return { bad: 0, n: 0 };
  return row === null ? undefined : HALVES[metric](row);
}
