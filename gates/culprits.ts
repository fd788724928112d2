import type { GateQuestion } from '../domain/gate-question.ts';
import type { Standing } from './evidence.ts';
import { ln, lnWeightedSum } from './numeric.ts';
import { stageAlpha } from './spending.ts';

/**
 * Logarithm of the stage's evidence against the candidate: the mean of the metrics' e-values, weighted by their shares.
 *
 * The mean of e-processes is one under any dependence, and rejects more than Bonferroni does (Vovk and Wang 2021); by
 * Ville's inequality it ever exceeds 1/α with a probability of at most α, however often one looks.
 */
export function lnCombined(standings: readonly Standing[]): number {
  const total = standings.reduce((sum, { share }) => sum + share, 0);
  return lnWeightedSum(
    standings.map(({ share }) => share / total),
    standings.map(({ lnAgainst }) => lnAgainst),
  );
}

/**
 * The metrics on which the candidate failed; none while the stage's evidence is below 1/α.
 *
 * Named by the e-BH procedure (Wang and Ramdas 2022): the k metrics of which the least has an e-value of m/(kα).
 */
export function culprits(standings: readonly Standing[], question: GateQuestion): string[] {
  const lnEnough = -ln(stageAlpha(question));
  if (lnCombined(standings) < lnEnough) return [];
  // What is only shown is no hypothesis.
  const ranked = standings.filter(({ share }) => share > 0).toSorted((a, b) => b.lnAgainst - a.lnAgainst);
  const found = ranked.findLastIndex(({ lnAgainst }, i) => lnAgainst >= lnEnough + ln(ranked.length) - ln(i + 1));
  return ranked.slice(0, Math.max(found, 0) + 1).map(({ metric }) => metric);
}
