import type { StableCounts, TwoArms } from './two-arms.ts';
import { rateBet } from './rate-bet.ts';

/**
 * The alternatives: where they lie between "as good as stable" and "worse by the margin", whether stable's rate is guessed
 * from all earlier batches or from the last few (after an outage it is soon back), and the share of the stake on each.
 */
const EXCESS_LINES = [
  { part: 0.02, base: 'all', share: 0.45 },
  { part: 0.02, base: 'recent', share: 0.3 },
  { part: 0.25, base: 'all', share: 0.15 },
  { part: 0.5, base: 'all', share: 0.1 },
] as const;

export const EXCESS_SHARES: readonly number[] = EXCESS_LINES.map(({ share }) => share);

/** What stable did before this batch: in all batches, and in the last few. */
export type Earlier = Readonly<Record<'all' | 'recent', StableCounts>>;

/**
 * Logarithms of the e-values of a batch against "the candidate's bad rate exceeds stable's by at least `margin`".
 *
 * The likelihood of an alternative (guessed from `earlier` batches only) over that of the null's point nearest to it, which
 * is exact for every block size and needs no known base rate (Turner, Ly, Grünwald 2024; Turner, Grünwald 2023): the
 * logarithm of its expectation is concave over the null and flat at the projection, so its maximum there is 0.
 */
export function excessBet(table: TwoArms, margin: number, earlier: Earlier): number[] {
  if (margin <= 0) return EXCESS_LINES.map(() => 0);
  const bases = { all: expectedRate(earlier.all, margin), recent: expectedRate(earlier.recent, margin) };
  return EXCESS_LINES.map(({ part, base: from }) => {
    const base = bases[from];
    const guess = { stable: base, candidate: Math.min(base + part * margin, 1 - 1e-9) };
    const nearest = projectOntoMargin(guess, margin, table);
    const [candidate] = rateBet(table.candidateBad, table.candidate, nearest + margin, [guess.candidate]);
    const [stable] = rateBet(table.stableBad, table.stable, nearest, [guess.stable]);
    return (candidate ?? 0) + (stable ?? 0);
  });
}

/** Stable's rate so far, drawn towards a twentieth of the margin while little is known. */
function expectedRate(earlier: StableCounts, margin: number): number {
  const weight = 0.2;
  return Math.min((earlier.stableBad + weight) / (earlier.stable + (weight * 20) / margin), 1 - margin);
}

/**
 * Stable's rate at the point of the line "candidate = stable + margin" with the least divergence from the guess: the zero
 * of a monotone derivative, by bisection.
 */
function projectOntoMargin(guess: { stable: number; candidate: number }, margin: number, table: TwoArms): number {
  let [low, high] = [0, 1 - margin];
  for (let i = 0; i < 60; i += 1) {
    const x = (low + high) / 2;
    const slope = pull(table.stable, x, guess.stable) + pull(table.candidate, x + margin, guess.candidate);
    if (slope < 0) low = x;
    else high = x;
  }
  return (low + high) / 2;
}

function pull(n: number, x: number, guess: number): number {
  return n === 0 ? 0 : (n * (x - guess)) / (x * (1 - x));
}
