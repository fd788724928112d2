import type { TwoArms } from './two-arms.ts';
import { isInformative } from './two-arms.ts';
import { exp, ln, lnChoose } from './numeric.ts';

/**
 * Logarithms of the conditional e-values of a table against "the log odds ratio is at most `nullOdds`" (for alternatives
 * above it; "at least" for alternatives below).
 *
 * Given the table's margins the candidate's bad count follows Fisher's noncentral hypergeometric law, whatever the base
 * rate of the batch, so outages that hit both arms and ramps of weight cancel (Fisher 1935; Lindon and Malek 2022).
 */
export function oddsBet(table: TwoArms, nullOdds: number, alternatives: readonly number[]): number[] {
  if (!isInformative(table)) return alternatives.map(() => 0);
  const lnNull = nullOdds * table.candidateBad - lnPartition(table, nullOdds);
  return alternatives.map((odds) => odds * table.candidateBad - lnPartition(table, odds) - lnNull);
}

/** `ln Σ_k C(n_c, k) C(n_s, K − k) e^{θk}`, summed outwards from its largest term. */
export function lnPartition({ candidateBad, candidate, stableBad, stable }: TwoArms, theta: number): number {
  const bad = candidateBad + stableBad;
  const low = Math.max(0, bad - stable);
  const high = Math.min(candidate, bad);
  const tilt = exp(theta);
  const grow = (k: number): number => (((candidate - k) * (bad - k)) / ((k + 1) * (stable - bad + k + 1))) * tilt;
  const mode = firstWhere(low, high, (k) => grow(k) <= 1);
  let sum = 1;
  for (let k = mode, term = 1; k < high && term > NEGLIGIBLE; k += 1) sum += term *= grow(k);
  for (let k = mode, term = 1; k > low && term > NEGLIGIBLE; k -= 1) sum += term /= grow(k - 1);
  return lnChoose(candidate, mode) + lnChoose(stable, bad - mode) + theta * mode + ln(sum);
}

/** Terms below this share of the largest one no longer change a sum of doubles. */
const NEGLIGIBLE = 1e-18;

/** The least `k` in [low, high] with `holds(k)`, for a condition that stays true once it is; `high` when none is. */
function firstWhere(low: number, high: number, holds: (k: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
