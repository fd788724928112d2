import type { PlannedMetric } from '../domain/plan.ts';
import type { Stakes } from './capital.ts';
import type { Standing, Status } from './evidence.ts';
import type { Course, Track } from './track.ts';
import type { LnLikelihood } from './likelihood.ts';
import type { TwoArms } from './two-arms.ts';
import { EXCESS_SHARES, excessBet } from './excess-bet.ts';
import { NO_TRACK, track } from './track.ts';
import { clamp, ln } from './numeric.ts';
import { EMPTY_ARMS, addArms, share } from './two-arms.ts';
import { addProof, excessProof } from './proof.ts';
import { movedLikelihood, tableLikelihood } from './table-likelihood.ts';
import { standing } from './standing.ts';
import { SILENT } from './likelihood.ts';

/** Share of the margin by which the candidate may be worse without anybody going back for it. */
const HARMLESS = 0.05;

const STAKES: Stakes = { first: 0.9, shares: EXCESS_SHARES };

export interface CountObservation {
  /** At least one: of live requests one, of labels one for each group of predictions of the same moment. */
  readonly tables: readonly TwoArms[];
  /** The one to prove, as a difference of shares; and the one that the specification states. */
  readonly margin: number;
  readonly stated: number;
  readonly users: number;
}

/** What is known of errors, rejections or wrong answers after one more batch of both arms. */
export function observeCounts(
  before: Track = NO_TRACK,
  { tables, margin, stated, users }: CountObservation,
  course: Course,
): Track {
  const usual = usualRate(before, stated);
  const likelihood = likelihoodOf(tables);
  const observation = {
    table: tables.reduce(addArms, EMPTY_ARMS),
    likelihood: likelihood === SILENT ? SILENT : movedLikelihood(likelihood, lnOddsOf(usual, HARMLESS * stated)),
    lnFavour: lnFavourOf(tables, margin, before),
    stakes: STAKES,
    proof: tables.map((table) => excessProof(table, margin, usual)).reduce(addProof),
    users,
    recent: true,
  };
  return track(before, observation, course);
}

/** Given how many there are of each, tables of different moments are independent of each other. */
function likelihoodOf(tables: readonly TwoArms[]): LnLikelihood {
  const told = tables.map(tableLikelihood).filter((likelihood) => likelihood !== SILENT);
  const [only] = told;
  if (!only) return SILENT;
  return told.length === 1 ? only : (effect) => told.reduce((sum, likelihood) => sum + likelihood(effect), 0);
}

function lnFavourOf(tables: readonly TwoArms[], margin: number, { seen, recent }: Track): number[] {
  const bets = tables.map((table) => excessBet(table, margin, { all: seen, recent: recent ?? EMPTY_ARMS }));
  return bets.reduce((sum, each) => sum.map((x, i) => x + (each[i] ?? 0)));
}

/** Stable's rate in earlier batches; before there are any, a twentieth of the margin. */
function usualRate({ seen }: Track, margin: number): number {
  const weight = 0.2;
  return clamp((seen.stableBad + weight) / (seen.stable + (weight * 20) / margin), 1e-5, 1 - margin - 1e-5);
}

/** Log odds ratio of a rate that is higher by `excess`. */
function lnOddsOf(rate: number, excess: number): number {
  const odds = (p: number): number => p / (1 - p);
  return ln(odds(rate + excess) / odds(rate));
}

export function countStanding(
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
