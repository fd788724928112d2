import type { Arms } from '../kinds/arms.ts';
import type { Bins } from './measures.ts';
import { ln } from '../numeric.ts';
import { total } from './measures.ts';

/** How far a bet goes from "no difference" towards what earlier batches showed: carefully, and all the way. */
export const STRIDES: readonly number[] = [0.3, 1];

/** Observations that "no difference" counts for in a guess. */
const PRIOR = 40;

/**
 * Logarithms of the e-values of a batch against "both arms have one distribution", a bet for each stride.
 *
 * Each arm's shares as guessed from *earlier* batches, over the guesses' mean by size of the arms: exact for every common
 * distribution, one that moves from batch to batch included (Turner, Ly, Grünwald 2024). The mean over the batch is
 * `x^n y^m` with `n x + m y = n + m`, and so at most 1.
 */
export function armsBet(now: Arms<Bins>, earlier: Arms<Bins>): number[] {
  const [n, m] = [total(now.candidate), total(now.stable)];
  if (n === 0 || m === 0) return STRIDES.map(() => 0);
  const common = shares(now.candidate.map((_, i) => (earlier.candidate[i] ?? 0) + (earlier.stable[i] ?? 0)));
  const [ours, theirs] = [guess(earlier.candidate, common), guess(earlier.stable, common)];
  return STRIDES.map((stride) => {
    let lnE = 0;
    common.forEach((share, i) => {
      const p = share + stride * ((ours[i] ?? 0) - share);
      const q = share + stride * ((theirs[i] ?? 0) - share);
      const middle = (n * p + m * q) / (n + m);
      lnE += (now.candidate[i] ?? 0) * ln(p / middle) + (now.stable[i] ?? 0) * ln(q / middle);
    });
    return lnE;
  });
}

/**
 * Logarithms of the e-values of a batch against "distributed as the reference", a bet for each stride: likelihood ratios of
 * what earlier batches showed.
 *
 * The reference is taken for exact, which a sample is not: with many more observations than it has, only the size of a
 * difference tells drift from an imperfect reference (`excessPsi`).
 */
export function referenceBet(now: Bins, earlier: Bins, reference: Bins): number[] {
  const normal = shares(reference);
  const seen = guess(earlier, normal);
  return STRIDES.map((stride) =>
    normal.reduce((lnE, share, i) => lnE + (now[i] ?? 0) * ln(1 + stride * ((seen[i] ?? 0) / share - 1)), 0),
  );
}

/** Shares of counts, half an observation more in each bin (Krichevsky and Trofimov 1981), so that none is zero. */
function shares(counts: Bins): number[] {
  const n = total(counts) + counts.length / 2;
  return counts.map((count) => (count + 0.5) / n);
}

/** Shares as earlier counts have them, with a prior of so many observations that nothing has changed. */
export function guess(counts: Bins, prior: readonly number[]): number[] {
  const n = total(counts) + PRIOR;
  return prior.map((share, i) => ((counts[i] ?? 0) + PRIOR * share) / n);
}
