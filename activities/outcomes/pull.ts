import { createHash } from 'node:crypto';
import type { Pulled, PullPlan } from '../../domain/outcome-pull.ts';
import { takeOutcomes } from '../../domain/outcome-sql.ts';
import type { Deps } from '../deps.ts';
import type { Place } from '../doctor/ports.ts';
import { notePull, pullsFrom } from '../store/outcome-pulls.ts';
import { query } from '../store/query.ts';
import { readRow } from './read-row.ts';
import { readSource, type SourceRow } from './source.ts';

/** Rows of one pull: more of them are read at once by the next, so that none is lost with a worker that dies. */
export const MOST_ROWS = 50_000;

/**
 * Reads what became known since the last pull and takes it in; repeating it counts nothing twice.
 *
 * @throws SourceFailure, StoreUnreachable
 */
export async function pull(
  { pool, env }: Pick<Deps, 'pool' | 'env'>,
  { target, endpoint }: Place,
  plan: PullPlan,
  { signal, most = MOST_ROWS }: { readonly signal: AbortSignal; readonly most?: number },
): Promise<Pulled> {
  const key = { target, endpoint, queryHash: hashOf(plan) };
  const since = await pullsFrom(pool, key, plan.overlapMs);
  const sums = { accepted: 0, repeated: 0, revised: 0, unknown: 0, rewards: 0, rejected: 0 };
  const seen: { rejection: string | null; last: string | null } = { rejection: null, last: null };
  const rows = await readSource({
    ...{ plan, env, since, most, signal },
    take: async (given: readonly SourceRow[]) => {
      const read = given.map((row) => readRow(endpoint, row));
      seen.rejection ??= read.find((one) => typeof one === 'string') ?? null;
      const outcomes = read.filter((one) => typeof one !== 'string');
      sums.rejected += read.length - outcomes.length;
      const taken = await takeOutcomes(({ text, values }) => query(pool, text, values), target, outcomes);
      for (const [name, count] of Object.entries(taken)) sums[name as keyof typeof taken] += count;
      seen.last = given.findLast(({ at }) => at !== null)?.at ?? seen.last;
    },
  });
  const { rejection, last } = seen;
  // A query that gives again what it gave before would never come to an end; one with `>=` gives its first moment again.
  const more = rows >= most && last !== null && last >= since;
  const pulled = { rows, ...sums, rejection, more };
  await notePull(pool, key, { pulled, since, last });
  return pulled;
}

/** What is asked, as {@link notePull} knows it. */
export function hashOf({ query, rewards, connectionEnv }: PullPlan): string {
  return createHash('sha256')
    .update(JSON.stringify([connectionEnv, query, rewards]))
    .digest('hex');
}
