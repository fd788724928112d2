import { ln } from './numeric.ts';

/** Shares of the capital staked on each pair; small ones for small excesses, large ones for clean runs. */
export const PAIR_LINES: readonly number[] = [0.05, 0.2, 0.7];

/**
 * Logarithms of the e-values of paired outcomes against "the mirrored version fails more often by at least `margin`".
 *
 * `Π(1 + λ(margin − d))` over differences `d` ∈ {−1, 0, 1} of one pair each (Waudby-Smith and Ramdas 2024, betting).
 */
export function pairBet(pairs: { onlyVersion: number; onlyAgainst: number; same: number }, margin: number): number[] {
  return PAIR_LINES.map(
    (stake) =>
      pairs.same * ln(1 + stake * margin) +
      pairs.onlyVersion * ln(1 + stake * (margin - 1)) +
      pairs.onlyAgainst * ln(1 + stake * (margin + 1)),
  );
}
