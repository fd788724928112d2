/** How many of each arm's observations were bad: the table that a comparison of two arms looks at. */
export interface TwoArms {
  readonly candidateBad: number;
  readonly candidate: number;
  readonly stableBad: number;
  readonly stable: number;
}

export type StableCounts = Pick<TwoArms, 'stableBad' | 'stable'>;

export const EMPTY_ARMS: TwoArms = { candidateBad: 0, candidate: 0, stableBad: 0, stable: 0 };

export function addArms(a: TwoArms, b: TwoArms): TwoArms {
  return {
    candidateBad: a.candidateBad + b.candidateBad,
    candidate: a.candidate + b.candidate,
    stableBad: a.stableBad + b.stableBad,
    stable: a.stable + b.stable,
  };
}

/** Whether the table can tell the arms apart at all, given only its margins. */
export function isInformative({ candidateBad, candidate, stableBad, stable }: TwoArms): boolean {
  const bad = candidateBad + stableBad;
  return candidate > 0 && stable > 0 && bad > 0 && bad < candidate + stable;
}

/** Share of bad observations; `null` without any. */
export function share(bad: number, n: number): number | null {
  return n > 0 ? bad / n : null;
}
