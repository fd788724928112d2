import type { Seen } from './seen.ts';
import type { Standing } from './evidence.ts';
import { ln } from './numeric.ts';
import { stepDuration } from './seen.ts';

/**
 * What a metric still takes to be proved, if the candidate goes on as it did: evidence grows about evenly with requests.
 *
 * `null` where it does not grow: more of the same would never prove it.
 */
export function needsOf(
  { lnFavour }: Standing,
  beta: number,
  seen: Seen,
): { readonly requests: number; readonly ms: number | null } | null {
  // In requests whatever the metric counts, since labels and readings come in proportion to them.
  const sofar = seen.samples.candidate;
  if (lnFavour <= 0 || sofar === 0) return null;
  const requests = Math.ceil((sofar * (-ln(beta) - lnFavour)) / lnFavour);
  const duration = stepDuration(seen);
  const { candidate } = seen.step;
  return { requests: Math.max(requests, 1), ms: candidate > 0 ? Math.round((requests * duration) / candidate) : null };
}
