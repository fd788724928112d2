import type { PlannedMetric } from '../domain/plan.ts';
import type { Standing, Status } from './evidence.ts';
import type { Course, Track } from './track.ts';
import { NO_TRACK, track } from './track.ts';
import { PAIR_LINES, pairBet } from './pair-bet.ts';
import { SILENT } from './likelihood.ts';
import { coinLikelihood, movedLikelihood } from './table-likelihood.ts';
import { evenStakes } from './capital.ts';
import { pairProof } from './proof.ts';
import { share } from './two-arms.ts';
import { standing } from './standing.ts';

const STAKES = evenStakes(PAIR_LINES.length, 0.9);
/** Log odds by which one side may fail more often without anybody going back for it: 1.1 to 1. */
const HARMLESS_ODDS = 0.09531017980432487;

export interface PairedFailures {
  readonly pairs: number;
  readonly onlyCandidate: number;
  readonly onlyStable: number;
}

/**
 * What is known of one-sided failures, or of answers that only one side got wrong, after one more batch of pairs.
 *
 * Against the candidate: of the pairs in which one side failed, more than half are its own (sequential McNemar test;
 * McNemar 1947, as a likelihood ratio of a fair coin).
 */
export function observeFailures(
  before: Track = NO_TRACK,
  { pairs, onlyCandidate, onlyStable }: PairedFailures,
  margin: number,
  course: Course,
): Track {
  const counts = { onlyVersion: onlyCandidate, onlyAgainst: onlyStable, same: pairs - onlyCandidate - onlyStable };
  const likelihood = coinLikelihood(onlyCandidate, onlyStable);
  const observation = {
    table: { candidateBad: onlyCandidate, candidate: pairs, stableBad: onlyStable, stable: pairs },
    likelihood: likelihood === SILENT ? SILENT : movedLikelihood(likelihood, HARMLESS_ODDS),
    lnFavour: pairBet(counts, margin),
    stakes: STAKES,
    proof: pairProof(counts, margin),
    users: 1,
  };
  return track(before, observation, course);
}

export function failureStanding(
  metric: string,
  known: Track = NO_TRACK,
  { planned, ...status }: { readonly planned: PlannedMetric } & Status,
): Standing {
  return {
    ...standing(metric, known, STAKES, planned, status),
    candidate: share(known.seen.candidateBad, known.seen.candidate),
    stable: share(known.seen.stableBad, known.seen.stable),
    unit: 'share',
  };
}
