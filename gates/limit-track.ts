import type { Capital, Stakes } from './capital.ts';
import type { Spread } from './spread.ts';
import type { TwoArms } from './two-arms.ts';
import { NO_CAPITAL, bet, evenStakes, worth } from './capital.ts';
import { EMPTY_ARMS, addArms } from './two-arms.ts';
import { NO_SPREAD, overdispersion, spreadAfter } from './spread.ts';
import { ln } from './numeric.ts';

/** All that is remembered of a rate that is held against a limit. */
export interface LimitTrack {
  /** Evidence against "within the limit", on which a candidate goes back. */
  readonly against: Capital;
  /** Evidence against "at the limit or above", on which it goes on. */
  readonly favour: Capital;
  readonly spread: Spread;
  readonly seen: TwoArms;
}

export const NO_LIMIT_TRACK: LimitTrack = {
  against: NO_CAPITAL,
  favour: NO_CAPITAL,
  spread: NO_SPREAD,
  seen: EMPTY_ARMS,
};

/** How many times as likely (in odds) the alternatives make a bad outcome: from barely worse to dead. */
export const WORSE: readonly number[] = [1.2, 1.4, 1.8, 2.6, 5, 15, 60].map(ln);
export const AGAINST_STAKES: Stakes = evenStakes(WORSE.length, 0.8);

/** A fifth of the stake begins late in the search for faults; in a proof, where every request counts, a tenth does. */
export const FAVOUR_FIRST = 0.9;

/** What one batch says about one metric. */
export interface LimitObservation {
  readonly table: TwoArms;
  readonly lnAgainst: readonly number[];
  /** Empty where nothing can be proved, or no proof is asked for. */
  readonly lnFavour: readonly number[];
  /** Design effect of sticky users, at least 1. */
  readonly users: number;
  /** Overdispersion that is assumed until it is measured. */
  readonly prior: number;
}

/** The track after one more batch. */
export function limitTrack(
  before: LimitTrack,
  { table, lnAgainst, lnFavour, users, prior }: LimitObservation,
  favour: Stakes,
): LimitTrack {
  const against = Math.max(users, overdispersion(before.spread, prior));
  const inFavour = Math.max(users, overdispersion(before.spread, 1));
  return {
    against: stake(before.against, lnAgainst, against, AGAINST_STAKES),
    favour: stake(before.favour, lnFavour, inFavour, favour),
    spread: spreadAfter(before.spread, table),
    seen: addArms(before.seen, table),
  };
}

/** Logarithms of the two e-values of a track. */
export function worthOf({ against, favour }: LimitTrack, stakes: Stakes): { lnAgainst: number; lnFavour: number } {
  return { lnAgainst: worth(against, AGAINST_STAKES), lnFavour: worth(favour, stakes) };
}

function stake(capital: Capital, lnFactors: readonly number[], temper: number, stakes: Stakes): Capital {
  // A batch that says nothing leaves everything as it is, so that idle hours do not use up the stakes on a late start.
  if (lnFactors.every((lnFactor) => lnFactor === 0)) return capital;
  const tempered = lnFactors.map((lnFactor) => lnFactor / temper);
  return bet(capital, tempered, stakes);
}
