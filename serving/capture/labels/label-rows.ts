import type { LabelCounts } from '../../../domain/gate-batch.ts';
import type { CohortEntry } from './cohort-ring.ts';
import type { JudgedLabel } from './judged.ts';
import type { LabelKind } from './label-kind.ts';
import { confusionOf } from './confusion.ts';
import { boundOf, isBinary } from './label-kind.ts';
import { lossesOf } from './losses.ts';

/** A label with the predictions that were made together with its own; `null` where those are not known. */
export interface PlacedLabel extends JudgedLabel {
  readonly cohort: NumberedCohort | null;
}

export interface NumberedCohort {
  readonly index: number;
  readonly versions: CohortEntry['versions'];
}

/**
 * Cohorts with rows of their own in one batch, at most: those with the most labels. Where labels come one by one for
 * predictions of many different moments, the others are counted without a cohort, so that a batch stays small.
 */
export const MOST_COHORTS = 64;

/** The rows of one batch: a version's labels without a cohort first, then by cohort a row for each of its versions. */
export function labelRows(labels: readonly PlacedLabel[], revision: number, kind: LabelKind): LabelCounts[] {
  const byCohort = Map.groupBy(labels, ({ cohort }) => cohort?.index ?? null);
  const plain = byCohort.get(null) ?? [];
  byCohort.delete(null);
  const largest = [...byCohort].sort(([a, ours], [b, theirs]) => theirs.length - ours.length || (b ?? 0) - (a ?? 0));
  const rest = [...plain, ...largest.slice(MOST_COHORTS).flatMap(([, of]) => of)];
  const own = largest.slice(0, MOST_COHORTS).sort(([a], [b]) => (a ?? 0) - (b ?? 0));
  return [...plainRows(rest, kind), ...own.flatMap(([, of]) => cohortRows(of, revision, kind))];
}

function plainRows(labels: readonly PlacedLabel[], kind: LabelKind): LabelCounts[] {
  const byVersion = [...Map.groupBy(labels, ({ version }) => version)].sort(([a], [b]) => (a < b ? -1 : 1));
  return byVersion.map(([version, of]) => ({ version, ...countsOf(of, kind) }));
}

function cohortRows(labels: readonly PlacedLabel[], revision: number, kind: LabelKind): LabelCounts[] {
  const cohort = labels[0]?.cohort;
  if (!cohort) return [];
  const versions = [...new Set([...Object.keys(cohort.versions), ...labels.map(({ version }) => version)])].sort();
  return versions.map((version) => {
    const known = cohort.versions[version];
    const counts = countsOf(
      labels.filter((label) => label.version === version),
      kind,
    );
    const coverage = known && { predictions: known.predictions, earlier: known.labelled };
    return { version, ...counts, cohort: cohort.index, revision, ...coverage };
  });
}

function countsOf(labels: readonly PlacedLabel[], kind: LabelKind): Omit<LabelCounts, 'version'> {
  const counts = { n: labels.length, correct: labels.filter(({ isCorrect }) => isCorrect).length };
  if (labels.length === 0) return counts;
  const bound = boundOf(kind);
  const confusion = isBinary(kind) ? confusionOf(labels) : null;
  const losses = bound === null ? null : lossesOf(labels, bound);
  return { ...counts, ...(confusion && { confusion }), ...(losses && { losses }) };
}
