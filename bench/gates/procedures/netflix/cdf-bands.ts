/** Bins of about 1 %: 64 to a doubling, from a thousandth of a millisecond to twelve days. */
const BINS_A_DOUBLING = 64;
const LOWEST = -10 * BINS_A_DOUBLING;
const BINS = 40 * BINS_A_DOUBLING;

/** The empirical distribution of one arm's latencies over all batches, on a fixed fine grid. */
export class EmpiricalDistribution {
  readonly counts = new Float64Array(BINS);
  n = 0;

  add(latencies: readonly number[]): void {
    for (const x of latencies) {
      const bin = Math.min(BINS - 1, Math.max(0, Math.ceil(Math.log2(x) * BINS_A_DOUBLING) - LOWEST));
      this.counts[bin] = (this.counts[bin] ?? 0) + 1;
    }
    this.n += latencies.length;
  }
}

/** By how much more of the candidate's requests than of stable's take longer than some time, at the worst time. */
export function largestExcess(candidate: EmpiricalDistribution, stable: EmpiricalDistribution): number {
  if (candidate.n === 0 || stable.n === 0) return 0;
  let [below, belowStable, most] = [0, 0, 0];
  for (let bin = 0; bin < BINS; bin += 1) {
    below += candidate.counts[bin] ?? 0;
    belowStable += stable.counts[bin] ?? 0;
    most = Math.max(most, belowStable / stable.n - below / candidate.n);
  }
  return most;
}

/**
 * Half width of a band around an empirical distribution of `n` values that covers the true one at every time at once, with
 * probability `1 − alpha`, however often one looks (Howard, Ramdas 2022, corollary 2).
 */
export function bandHalfWidth(n: number, alpha: number): number {
  if (n < 1) return 1;
  return 0.85 * Math.sqrt((Math.log(Math.log(Math.E * n)) + 0.8 * Math.log(1612 / alpha)) / n);
}
