import { binomialCdf } from '../../gates/binomial.ts';

/** Two versions' answers to the same labelled rows. */
export interface PairedTable {
  readonly rows: number;
  readonly onlyCandidateWrong: number;
  readonly onlyStableWrong: number;
}

/** Counts the rows that `includes` names; all when absent. */
export function pairedTable(
  candidateRight: ArrayLike<number>,
  stableRight: ArrayLike<number>,
  includes?: ArrayLike<number>,
): PairedTable {
  let [rows, onlyCandidateWrong, onlyStableWrong] = [0, 0, 0];
  for (let i = 0; i < candidateRight.length; i += 1) {
    if (includes && !includes[i]) continue;
    rows += 1;
    if (!candidateRight[i] && stableRight[i]) onlyCandidateWrong += 1;
    if (candidateRight[i] && !stableRight[i]) onlyStableWrong += 1;
  }
  return { rows, onlyCandidateWrong, onlyStableWrong };
}

/**
 * P-value against "the candidate is no worse": McNemar's exact test, one-sided.
 *
 * P(X ≥ b) for X ~ Binomial(b + c, ½), b and c the rows that only the candidate and only stable got wrong (McNemar 1947).
 */
export function worsePValue({ onlyCandidateWrong: b, onlyStableWrong: c }: PairedTable): number {
  // P(X ≥ b) = P(X ≤ c), since the distribution is symmetric.
  return binomialCdf(c, b + c, 0.5);
}

/**
 * Tango's score statistic for `P(only candidate wrong) − P(only stable wrong) = excess`; negative when less is seen.
 *
 * T. Tango, Statistics in Medicine 17 (1998) 891–908: the variance is estimated under the hypothesis, so that it also
 * works where no row tells the two apart.
 */
export function tangoScore(
  { rows: n, onlyCandidateWrong: b, onlyStableWrong: c }: PairedTable,
  excess: number,
): number {
  const linear = -b - c + (2 * n - b + c) * excess;
  const constant = -c * excess * (1 - excess);
  const stableWrong = (Math.sqrt(Math.max(0, linear * linear - 8 * n * constant)) - linear) / (4 * n);
  const variance = n * (2 * stableWrong + excess * (1 - excess));
  const seen = b - c - n * excess;
  return variance > 0 ? seen / Math.sqrt(variance) : Math.sign(seen) * Infinity;
}
