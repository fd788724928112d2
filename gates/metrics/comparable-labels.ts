import type { GateBatch, LabelCounts } from '../../domain/gate-batch.ts';
import type { Names } from '../kinds/cohorts.ts';

/**
 * The batch's labels of predictions that both versions made at the same time, as far as that is known.
 *
 * Once one version has all traffic, its new predictions have nobody to be compared with; put beside the other's of hours ago,
 * a change of the inputs would count against it.
 */
export function comparableLabels(
  { index, labels }: Pick<GateBatch, 'index' | 'labels'>,
  { candidate, stable }: Names,
): Pick<GateBatch, 'index' | 'labels'> {
  const byCohort = Map.groupBy(labels, ({ cohort }) => cohort ?? null);
  const alone = [...byCohort].filter(
    ([cohort, rows]) =>
      cohort !== null && isCounted(rows) && ![candidate, stable].every((version) => predicted(rows, version)),
  );
  if (alone.length === 0) return { index, labels };
  const without = new Set(alone.map(([cohort]) => cohort));
  return { index, labels: labels.filter(({ cohort }) => !without.has(cohort ?? null)) };
}

function isCounted(rows: readonly LabelCounts[]): boolean {
  return rows.some(({ predictions }) => predictions !== undefined);
}

function predicted(rows: readonly LabelCounts[], version: string | null): boolean {
  return rows.some((row) => row.version === version && (row.predictions ?? row.n) > 0);
}
