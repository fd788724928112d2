import type { PlannedMetric } from '../domain/plan.ts';
import type { Stakes } from './capital.ts';
import type { Standing } from './evidence.ts';
import type { Track } from './track.ts';
import type { StableCounts, TwoArms } from './two-arms.ts';
import { EXCESS_SHARES, excessBet } from './excess-bet.ts';
import { FAVOUR_FIRST, NO_TRACK, WORSE, track, worthOf } from './track.ts';
import { floorShort, ln } from './numeric.ts';
import { oddsBet } from './odds-bet.ts';
import { EMPTY_ARMS, share } from './two-arms.ts';

/** Most that the odds of a bad answer may differ without anybody going back for it: a tenth. */
const HARMLESS_ODDS = ln(1.1);
const ALTERNATIVES = WORSE.map((odds) => odds + HARMLESS_ODDS);
/** Overdispersion that is assumed until it is measured; see spread.ts. */
const PRIOR_SPREAD = 2;

/** What is left of a batch's weight after the next one, where only the last few count. */
const FADE = 0.7;

const STAKES: Stakes = { first: FAVOUR_FIRST, shares: EXCESS_SHARES };

/** What is known of errors, rejections or wrong answers after one more table of both arms; `margin` is the one to prove. */
export function observeCounts(
  before: Track = NO_TRACK,
  { table, margin, users }: { readonly table: TwoArms; readonly margin: number; readonly users: number },
): Track {
  const observation = {
    table,
    lnAgainst: oddsBet(table, HARMLESS_ODDS, ALTERNATIVES),
    lnFavour: excessBet(table, margin, { all: before.seen, recent: before.recent ?? EMPTY_ARMS }),
    users,
    prior: PRIOR_SPREAD,
  };
  return { ...track(before, observation, STAKES), recent: fade(before.recent ?? EMPTY_ARMS, table) };
}

function fade(recent: StableCounts, { stableBad, stable }: TwoArms): StableCounts {
  return {
    stableBad: floorShort(FADE * recent.stableBad + stableBad),
    stable: floorShort(FADE * recent.stable + stable),
  };
}

export function countStanding(
  metric: string,
  known: Track = NO_TRACK,
  { planned, alphaShare, beta }: { planned: PlannedMetric; alphaShare: number; beta: number },
): Standing {
  const { lnAgainst, lnFavour } = worthOf(known, STAKES);
  return {
    metric,
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
