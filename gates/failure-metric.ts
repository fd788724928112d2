import type { PlannedMetric } from '../domain/plan.ts';
import type { Standing } from './evidence.ts';
import type { Track } from './track.ts';
import { FAVOUR_FIRST, NO_TRACK, WORSE, track, worthOf } from './track.ts';
import { PAIR_LINES, pairBet } from './pair-bet.ts';
import { exp, ln, scaleOdds } from './numeric.ts';
import { evenStakes } from './capital.ts';
import { rateBet } from './rate-bet.ts';
import { share } from './two-arms.ts';

const STAKES = evenStakes(PAIR_LINES.length, FAVOUR_FIRST);
/** Overdispersion that is assumed: failures come in bursts. */
const PRIOR_SPREAD = 2;

export interface PairedFailures {
  readonly pairs: number;
  readonly onlyCandidate: number;
  readonly onlyStable: number;
}

/**
 * What is known of one-sided failures after one more batch of pairs.
 *
 * Against the candidate: of the pairs in which one side failed, more than half are its own (sequential McNemar test;
 * McNemar 1947, as a likelihood ratio of a fair coin).
 */
export function observeFailures(
  before: Track = NO_TRACK,
  { pairs, onlyCandidate, onlyStable }: PairedFailures,
  margin: number,
): Track {
  const oneSided = onlyCandidate + onlyStable;
  const coins = WORSE.map((odds) => scaleOdds(0.5, exp(odds)));
  const observation = {
    table: { candidateBad: onlyCandidate, candidate: pairs, stableBad: onlyStable, stable: pairs },
    lnAgainst: rateBet(onlyCandidate, oneSided, 0.5, coins),
    lnFavour: pairBet({ onlyVersion: onlyCandidate, onlyAgainst: onlyStable, same: pairs - oneSided }, margin),
    users: 1,
    prior: PRIOR_SPREAD,
  };
  return track(before, observation, STAKES);
}

export function failureStanding(
  known: Track = NO_TRACK,
  { planned, alphaShare, beta }: { planned: PlannedMetric; alphaShare: number; beta: number },
): Standing {
  const { lnAgainst, lnFavour } = worthOf(known, STAKES);
  return {
    metric: 'errors',
    required: planned.required,
    margin: planned.margin,
    lnAgainst,
    lnFavour,
    share: alphaShare,
    proved: lnFavour >= -ln(beta),
    absolute: false,
    candidate: share(known.seen.candidateBad, known.seen.candidate),
    stable: share(known.seen.stableBad, known.seen.stable),
    unit: 'share',
  };
}
