import { exp } from '../numeric.ts';

/** Below this tilt the difference of the exponentials has no digits left; its series is `u²/2 (1 + u/3 + …)`. */
const NO_TILT = 1e-4;
const STEPS = 50;

/**
 * The least variance of a normal law whose moment generating function bounds that of any mean-zero variable with `variance`
 * and no value beyond ±`bound`, for the tilts that likelihood ratios between effects at most `span` apart use.
 *
 * Bennett (1962): `ln E e^{sX} ≤ σ²/b² (e^{sb} − 1 − sb)`. With V = span · b / u, the largest tilt is s = span / V = u / b, and
 * the bound is at most s²V/2 for it and all smaller ones exactly if `(e^u − 1 − u) / u ≤ span · b / (2σ²)`.
 */
export function bennettVariance(variance: number, { bound, span }: { bound: number; span: number }): number {
  const room = (span * bound) / (2 * variance);
  let [low, high] = [0, Math.min(2 * room, MOST_TILT)];
  if (high < NO_TILT) return variance * (1 + high / 3);
  for (let i = 0; i < STEPS; i += 1) {
    const u = (low + high) / 2;
    if ((exp(u) - 1 - u) / u <= room) low = u;
    else high = u;
  }
  return (span * bound) / low;
}

/** e^500 is far more room than any loss has. */
const MOST_TILT = 500;
