import type { Capital, Stakes } from './capital.ts';
import type { Spread } from './spread.ts';
import type { StableCounts, TwoArms } from './two-arms.ts';
import { NO_CAPITAL, bet, evenStakes, worth } from './capital.ts';
import { EMPTY_ARMS, addArms } from './two-arms.ts';
import { NO_SPREAD, overdispersion, spreadAfter } from './spread.ts';
import { ln } from './numeric.ts';

/** All that is remembered of one metric. */
export interface Track {
  /** Evidence against "no worse", on which a candidate goes back. */
  readonly against: Capital;
  /** Evidence against "worse by the margin", on which it goes on. */
  readonly favour: Capital;
  readonly spread: Spread;
  readonly seen: TwoArms;
  /** Stable's counts, fading from batch to batch; only where a proof has to guess stable's rate. */
  readonly recent?: StableCounts;
}

export const NO_TRACK: Track = {
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
export interface Observation {
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
export function track(before: Track, { table, lnAgainst, lnFavour, users, prior }: Observation, favour: Stakes): Track {
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
export function worthOf({ against, favour }: Track, stakes: Stakes): { lnAgainst: number; lnFavour: number } {
  return { lnAgainst: worth(against, AGAINST_STAKES), lnFavour: worth(favour, stakes) };
}

function stake(capital: Capital, lnFactors: readonly number[], temper: number, stakes: Stakes): Capital {
  // A batch that says nothing leaves everything as it is, so that idle hours do not use up the stakes on a late start.
  if (lnFactors.every((lnFactor) => lnFactor === 0)) return capital;
  const tempered = lnFactors.map((lnFactor) => lnFactor / temper);
  return bet(capital, tempered, stakes);
}
