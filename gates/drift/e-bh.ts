import { ln } from '../numeric.ts';

/**
 * Which of several hypotheses are rejected, by their indices in order, at a false-discovery rate of at most alpha.
 *
 * The e-BH procedure (Wang and Ramdas 2022), valid under any dependence: the k with the largest e-values, of which the least
 * has one of at least m/(kα).
 */
export function eBh(lnEs: readonly number[], alpha: number): number[] {
  const ranked = lnEs.map((lnE, i) => ({ lnE, i })).sort((a, b) => b.lnE - a.lnE);
  const least = (k: number): number => ln(lnEs.length) - ln(k) - ln(alpha);
  const last = ranked.findLastIndex(({ lnE }, at) => lnE >= least(at + 1));
  return ranked
    .slice(0, last + 1)
    .map(({ i }) => i)
    .sort((a, b) => a - b);
}
