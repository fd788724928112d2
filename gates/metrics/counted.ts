import type { Course, Track } from '../track.ts';
import type { LabelMetric } from '../kinds/label-tables.ts';
import type { PlannedMetric } from '../../domain/plan.ts';
import type { Scene } from './scene.ts';
import type { Standing, Status } from '../evidence.ts';
import type { TwoArms } from '../two-arms.ts';
import { EMPTY_ARMS, addArms } from '../two-arms.ts';
import { NO_TRACK } from '../track.ts';
import { comparableLabels } from './comparable-labels.ts';
import { countStanding, observeCounts } from '../count-metric.ts';
import { f1Effect } from './effects.ts';
import { f1Margin, f1Of } from '../kinds/f1.ts';
import { labelTables } from '../kinds/label-tables.ts';
import { requestTable } from '../kinds/request-tables.ts';
import { shareMargin } from '../margin.ts';

/** Metrics that count bad ones among all: requests, or labels of some kind. */
export type CountedMetric = 'errors' | 'rejected' | 'violations' | Exclude<LabelMetric, 'coverage'>;

/** Most tables of one batch; cohorts of labels that come all at once are put together. */
const MOST_TABLES = 40;
/** Examples of stable from which on its F1 is known well enough to say what a loss of F1 is in mistakes. */
const KNOWN = 30;

/** What is known of a metric after one more batch; as it was where the batch does not count it. */
export function observeCounted(
  name: CountedMetric,
  before: Track | undefined,
  {
    scene,
    planned,
    users = scene.users,
  }: { readonly scene: Scene; readonly planned: PlannedMetric; readonly users?: number },
  course: Course,
): Track | undefined {
  const tables = tablesOf(name, scene);
  if (tables.length === 0) return before;
  const { margin: stated } = planned;
  const margin = shareMargin(stated, scene.question.nextWeight);
  const margins = name === 'f1' ? mistakes(before, { margin, stated }) : { margin, stated };
  return observeCounts(before, { tables, ...margins, users }, course);
}

function tablesOf(name: CountedMetric, { batch, question, arms }: Scene): readonly TwoArms[] {
  if (name === 'errors' || name === 'rejected' || name === 'violations') {
    const table = requestTable(name, arms);
    return table ? [table] : [];
  }
  return fewer(labelTables(name, comparableLabels(batch, question), question));
}

/** Neighbours are put together where there are too many. */
function fewer(tables: readonly TwoArms[]): readonly TwoArms[] {
  const each = Math.ceil(tables.length / MOST_TABLES);
  if (each <= 1) return tables;
  return Array.from({ length: Math.ceil(tables.length / each) }, (_, i) =>
    tables.slice(i * each, (i + 1) * each).reduce(addArms, EMPTY_ARMS),
  );
}

/** Margins of F1 as margins of the share of mistakes, at the F1 that stable had in earlier batches. */
function mistakes(
  { seen }: Track = NO_TRACK,
  { margin, stated }: { readonly margin: number; readonly stated: number },
): { readonly margin: number; readonly stated: number } {
  const f1 = f1Of({ bad: seen.stableBad, n: seen.stable }) ?? 0;
  if (seen.stable < KNOWN || f1 === 0) return { margin: 0, stated };
  return { margin: f1Margin(margin, f1), stated: Math.max(f1Margin(stated, f1), LEAST_MARGIN) };
}

const LEAST_MARGIN = 1e-4;

/** How it stands: shares of bad ones; for F1, what it falls short of 1 by. */
export function countedStanding(
  name: CountedMetric,
  known: Track | undefined,
  { planned, alpha, ...status }: { readonly planned: PlannedMetric; readonly alpha: number } & Status,
): Standing {
  const standing = countStanding(name, known, { planned, ...status });
  if (name !== 'f1') return standing;
  const { seen } = known ?? NO_TRACK;
  const short = (bad: number, n: number): number | null => {
    const f1 = f1Of({ bad, n });
    return f1 === null ? null : 1 - f1;
  };
  const shown = { candidate: short(seen.candidateBad, seen.candidate), stable: short(seen.stableBad, seen.stable) };
  return { ...standing, ...shown, effect: f1Effect({ ...standing, ...shown }, alpha) };
}
