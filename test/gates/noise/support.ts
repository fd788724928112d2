import type { Belief, Lines, NoisePrior } from '../../../gates/noise/belief.ts';
import type { NoiseKind } from '../../../gates/noise/habits.ts';
import type { TwoArms } from '../../../gates/two-arms.ts';
import { FAULTS } from '../../../gates/faults.ts';
import { learn, usualNoise } from '../../../gates/noise/belief.ts';
import { stakeAt } from '../../../gates/stakes.ts';
import { tableLikelihood } from '../../../gates/table-likelihood.ts';

export const HORIZON = 60;

/** `[bad, all]` of the candidate's and of stable's requests. */
export function table(candidate: readonly [number, number], stable: readonly [number, number]): TwoArms {
  return { candidateBad: candidate[0], candidate: candidate[1], stableBad: stable[0], stable: stable[1] };
}

export function swapped({ candidateBad, candidate, stableBad, stable }: TwoArms): TwoArms {
  return { candidateBad: stableBad, candidate: stable, stableBad: candidateBad, stable: candidate };
}

/** The table that rates of bad ones lead to, to the nearest request. */
export function expected(n: { readonly candidate: number; readonly stable: number }, rates: Rates): TwoArms {
  return table(
    [Math.round(n.candidate * rates.candidate), n.candidate],
    [Math.round(n.stable * rates.stable), n.stable],
  );
}

export interface Rates {
  readonly candidate: number;
  readonly stable: number;
}

/** The rate whose log odds are higher by `by`. */
export function shifted(rate: number, by: number): number {
  const odds = (rate / (1 - rate)) * Math.exp(by);
  return odds / (1 + odds);
}

export interface Hearing {
  readonly kind?: NoiseKind;
  readonly prior?: NoisePrior;
  readonly lines?: Lines;
}

export function hear(
  before: Belief | null,
  seen: TwoArms,
  { kind = 'count', prior = usualNoise(kind), lines = FAULTS }: Hearing = {},
): Belief {
  return learn(before, tableLikelihood(seen), lines, { stake: stakeAt((before?.batches ?? 0) + 1, HORIZON), prior });
}

export function hearAll(tables: readonly TwoArms[], hearing: Hearing = {}, before: Belief | null = null): Belief {
  const after = tables.reduce<Belief | null>((belief, seen) => hear(belief, seen, hearing), before);
  if (after === null) throw new Error('nothing was heard');
  return after;
}

export function repeat<T>(count: number, of: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => of(index));
}

/** The noise in which an endpoint's candidate is worse than stable, for nobody's fault: a standard normal number. */
export function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
