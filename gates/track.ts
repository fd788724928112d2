import type { Belief, NoisePrior } from './noise/belief.ts';
import type { Capital, Stakes } from './capital.ts';
import type { LnLikelihood } from './likelihood.ts';
import type { Proof } from './proof.ts';
import type { Spread } from './spread.ts';
import type { StableCounts, TwoArms } from './two-arms.ts';
import { EMPTY_ARMS, addArms } from './two-arms.ts';
import { FAULTS } from './faults.ts';
import { NO_CAPITAL, bet } from './capital.ts';
import { NO_PROOF, addProof } from './proof.ts';
import { NO_SPREAD, overdispersion, spreadAfter } from './spread.ts';
import { SILENT } from './likelihood.ts';
import { floorShort } from './numeric.ts';
import { learn } from './noise/belief.ts';
import { stakeAt } from './stakes.ts';

/** All that is remembered of one metric of both arms. */
export interface Track {
  /** Evidence against "no worse", on which a candidate goes back; `null` before there is any. */
  readonly against: Belief | null;
  /** Evidence against "worse by the margin", on which it goes on: a bet, or where the horizon is known a sum. */
  readonly favour: Capital | Proof;
  readonly spread: Spread;
  readonly seen: TwoArms;
  /** Both arms' counts, fading from batch to batch: how stable is doing of late. */
  readonly recent: StableCounts | null;
}

export const NO_TRACK: Track = {
  against: null,
  favour: NO_CAPITAL,
  spread: NO_SPREAD,
  seen: EMPTY_ARMS,
  recent: null,
};

/** What one batch says about one metric. */
export interface Observation {
  readonly table: TwoArms;
  /** Of a log odds ratio beyond what nobody goes back for. */
  readonly likelihood: LnLikelihood;
  /** Logarithms of the proof's e-values; empty where nothing can be proved, or no proof is asked for. */
  readonly lnFavour: readonly number[];
  readonly stakes: Stakes;
  readonly proof: Proof;
  /** Design effect of sticky users, at least 1. */
  readonly users: number;
  /** Whether it is asked how stable is doing of late. */
  readonly recent?: boolean;
}

/** How a metric is followed, whatever the batches say. */
export interface Course {
  /** Batches that there will be; `null` where nobody knows. */
  readonly horizon: number | null;
  readonly noise: NoisePrior;
}

/** The track after one more batch. */
export function track(before: Track, observation: Observation, { horizon, noise }: Course): Track {
  const { table, likelihood, lnFavour, stakes, proof, users, recent = false } = observation;
  const temper = Math.max(users, overdispersion(before.spread, 1));
  return {
    against: likelihood === SILENT ? before.against : hear(before.against, observation, { horizon, noise }),
    favour:
      horizon === null
        ? stake(asBet(before.favour), lnFavour, temper, stakes)
        : addProof(asProof(before.favour), proof),
    spread: spreadAfter(before.spread, table),
    seen: addArms(before.seen, table),
    recent: recent ? fade(before.recent, table) : before.recent,
  };
}

/** The favour so far as a bet; no capital where none was made. */
export function asBet(favour: Track['favour']): Capital {
  return 'bets' in favour ? favour : NO_CAPITAL;
}

/** The same as a sum. */
export function asProof(favour: Track['favour']): Proof {
  return 'gain' in favour ? favour : NO_PROOF;
}

function hear(
  before: Belief | null,
  { likelihood, users: design, table }: Observation,
  { horizon, noise }: Course,
): Belief {
  const users = Math.max(design, information(table) / MOST_TOLD);
  const tempered: LnLikelihood = users === 1 ? likelihood : (effect) => likelihood(effect) / users;
  const stakeNow = stakeAt((before?.batches ?? 0) + 1, horizon);
  return learn(before, tempered, FAULTS, { stake: stakeNow, prior: noise });
}

function stake(capital: Capital, lnFactors: readonly number[], temper: number, stakes: Stakes): Capital {
  // A batch that says nothing leaves everything as it is, so that idle hours do not use up the stakes on a late start.
  if (lnFactors.every((lnFactor) => lnFactor === 0)) return capital;
  const tempered = lnFactors.map((lnFactor) => lnFactor / temper);
  return bet(capital, tempered, stakes);
}

/** What is left of a batch's weight after the next one, where only the last few count. */
const FADE = 0.7;

function fade(recent: StableCounts | null, { stableBad, stable }: TwoArms): StableCounts {
  return {
    stableBad: floorShort(FADE * (recent?.stableBad ?? 0) + stableBad),
    stable: floorShort(FADE * (recent?.stable ?? 0) + stable),
  };
}

/**
 * Most that one batch may tell, as Fisher's information of the log odds ratio: beyond it, what sets hypotheses apart is how well
 * their points happen to fit (a coarsened likelihood; Miller and Dunson 2019).
 */
const MOST_TOLD = 20;

function information({ candidateBad, candidate, stableBad, stable }: TwoArms): number {
  const [bad, n] = [candidateBad + stableBad, candidate + stable];
  return n < 2 ? 0 : (bad * (n - bad) * candidate * stable) / (n * n * (n - 1));
}
