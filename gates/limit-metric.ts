import type { Standing } from './evidence.ts';
import type { LimitTrack } from './limit-track.ts';
import { FAVOUR_FIRST, NO_LIMIT_TRACK, WORSE, limitTrack, worthOf } from './limit-track.ts';
import { clamp, exp, ln, scaleOdds } from './numeric.ts';
import { evenStakes } from './capital.ts';
import { rateBet } from './rate-bet.ts';
import { share } from './two-arms.ts';

/** Rates that a proof of "below the limit" bets on, as shares of the limit. */
const BELOW = [0.02, 0.2, 0.5, 0.8];
const STAKES = evenStakes(BELOW.length, FAVOUR_FIRST);

/** How far the test of a limit trusts single batches: bad minutes come in bursts. */
export interface Caution {
  /** Overdispersion that is assumed; with one arm there is nothing to measure it by. */
  readonly spread: number;
  /** Most that one batch may add to the logarithm of the evidence. */
  readonly mostPerBatch: number;
}

/** What is known of a rate with an absolute limit after `bad` more of `n`. */
export function observeLimit(
  before: LimitTrack = NO_LIMIT_TRACK,
  {
    bad,
    n,
    limit,
    users,
  }: { readonly bad: number; readonly n: number; readonly limit: number; readonly users: number },
  { spread, mostPerBatch }: Caution,
): LimitTrack {
  const testable = clamp(limit, 1e-6, 1 - 1e-6);
  const above = rateBet(
    bad,
    n,
    testable,
    WORSE.map((odds) => scaleOdds(testable, exp(odds))),
  );
  const below = rateBet(
    bad,
    n,
    testable,
    BELOW.map((part) => part * testable),
  );
  const observation = {
    table: { candidateBad: bad, candidate: n, stableBad: 0, stable: 0 },
    lnAgainst: limit >= 1 ? [] : above.map((x) => Math.min(x, mostPerBatch * spread)),
    lnFavour: below,
    users,
    prior: spread,
  };
  return limitTrack(before, observation, STAKES);
}

export function limitStanding(
  metric: string,
  known: LimitTrack = NO_LIMIT_TRACK,
  { limit, required, alphaShare, beta }: { limit: number; required: boolean; alphaShare: number; beta: number },
): Standing {
  const { lnAgainst, lnFavour } = worthOf(known, STAKES);
  const { candidateBad, candidate } = known.seen;
  // No number of agreeing pairs proves a rate of exactly zero, and no rate exceeds one.
  const proved = limit <= 0 ? candidateBad === 0 : limit >= 1 || lnFavour >= -ln(beta);
  return {
    metric,
    required,
    margin: limit,
    lnAgainst,
    lnFavour,
    share: alphaShare,
    proved,
    absolute: true,
    n: { candidate, stable: 0 },
    dispersion: 1,
    candidate: share(candidateBad, candidate),
    stable: null,
    unit: 'share',
  };
}
