import gammaln from '@stdlib/math-base-special-gammaln';

/** Events that the prior counts as seen, split as the traffic is. */
const PRIOR = 2;

/** A sequential test of whether events fall on the candidate as often as its share of the exposure says. */
export class CountTest {
  #candidate = 0;
  #stable = 0;
  #expected = 0;
  /** Logarithm of the e-value against equal rates. */
  lnE = 0;

  /**
   * Adds a batch: events in each arm, and the candidate's share of all that could have had one.
   *
   * Given their number, events of equal rates fall on the candidate binomially; the e-value is that of their predicted
   * (beta-binomial, from earlier batches) over the expected division (Lindon, Malek 2022, with the share free to change).
   */
  add(candidate: number, stable: number, share: number): void {
    const k = candidate + stable;
    if (k === 0 || share <= 0 || share >= 1) return;
    const a = PRIOR * share + this.#candidate;
    const b = PRIOR * (1 - share) + this.#stable;
    const predicted = lnBeta(a + candidate, b + stable) - lnBeta(a, b);
    this.lnE += predicted - candidate * Math.log(share) - stable * Math.log1p(-share);
    this.#candidate += candidate;
    this.#stable += stable;
    this.#expected += k * share;
  }

  /** Whether the candidate has more events than its share, at that chance of ever saying so of equal rates. */
  isWorse(alpha: number): boolean {
    return this.lnE >= -Math.log(alpha) && this.#candidate > this.#expected;
  }
}

function lnBeta(a: number, b: number): number {
  return gammaln(a) + gammaln(b) - gammaln(a + b);
}
