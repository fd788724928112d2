import type { GateBatch, LabelCounts } from '../../domain/gate-batch.ts';
import type { Arms } from './arms.ts';
import { canonicalJson } from '../../domain/gate-batch.ts';

/** Labels that came in one batch for the predictions of one earlier batch (`null`: of batches that name no cohort). */
export interface Cohort extends Arms<LabelCounts | null> {
  readonly cohort: number | null;
}

/** The versions on both sides of a comparison. */
export type Names = Arms<string | null>;

/**
 * The batch's label rows by cohort, oldest first; predictions are compared with others of the same moment.
 *
 * A row counts once however often it is repeated: twice in a batch it has one (version, cohort, revision), and in a later
 * batch a revision that is not the batch's own. In which order rows stand makes no difference.
 */
export function cohortsOf(batch: Pick<GateBatch, 'index' | 'labels'>, { candidate, stable }: Names): Cohort[] {
  const ownRows = batch.labels.filter(({ revision }) => revision === undefined || revision === batch.index);
  const byCohort = Map.groupBy(ownRows, ({ cohort }) => cohort ?? null);
  return [...byCohort]
    .sort(([a], [b]) => (a ?? -1) - (b ?? -1))
    .map(([cohort, rows]) => ({ cohort, candidate: rowOf(rows, candidate), stable: rowOf(rows, stable) }));
}

/** Where two rows of one key say different things, which no writer does, the choice must not depend on their order. */
function rowOf(rows: readonly LabelCounts[], version: string | null): LabelCounts | null {
  const own = rows.filter((row) => row.version === version);
  if (own.length <= 1) return own[0] ?? null;
  const sorted = own.map((row) => ({ row, text: canonicalJson(row) })).sort((a, b) => (a.text < b.text ? -1 : 1));
  return sorted[0]?.row ?? null;
}

/** Fewest labels of each arm in one comparison, where there are as many. */
const LEAST = 8;

/**
 * Neighbouring cohorts in groups that hold at least {@link LEAST} of each arm: labels that trickle in over many cohorts
 * would otherwise meet no label of the other arm in their own. Looks only at how many there are, never at what they say.
 */
export function grouped<T>(cohorts: readonly T[], sizes: (cohort: T) => Arms<number>): T[][] {
  const groups: { members: T[]; candidate: number; stable: number }[] = [];
  for (const cohort of cohorts) {
    const { candidate, stable } = sizes(cohort);
    const open = groups.at(-1);
    if (open && (open.candidate < LEAST || open.stable < LEAST)) {
      open.members.push(cohort);
      open.candidate += candidate;
      open.stable += stable;
    } else groups.push({ members: [cohort], candidate, stable });
  }
  const last = groups.at(-1);
  if (last && groups.length > 1 && (last.candidate < LEAST || last.stable < LEAST)) {
    groups.pop();
    groups.at(-1)?.members.push(...last.members);
  }
  return groups.map(({ members }) => members);
}
