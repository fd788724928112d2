import type { TwoArms } from '../two-arms.ts';

/** The same thing of candidate and stable. */
export interface Arms<T> {
  readonly candidate: T;
  readonly stable: T;
}

/** Bad ones among all: one arm's half of a table. */
export interface Half {
  readonly bad: number;
  readonly n: number;
}

/** What people are shown of a metric; the tests do not use it. `null` without data. */
export interface Shown extends Arms<number | null> {
  readonly unit: 'share' | 'loss' | 'rate' | 'seconds' | 'bytes';
}

export function eachArm<T, U>({ candidate, stable }: Arms<T>, of: (arm: T) => U): Arms<U> {
  return { candidate: of(candidate), stable: of(stable) };
}

export function swapped<T>({ candidate, stable }: Arms<T>): Arms<T> {
  return { candidate: stable, stable: candidate };
}

/** The values of both arms, or `null` unless both have one. */
export function bothArms<T>({ candidate, stable }: Arms<T | null | undefined>): Arms<T> | null {
  return candidate == null || stable == null ? null : { candidate, stable };
}

export function tableOf({ candidate, stable }: Arms<Half>): TwoArms {
  return { candidateBad: candidate.bad, candidate: candidate.n, stableBad: stable.bad, stable: stable.n };
}
