import type { Arms } from './arms.ts';
import type { LnLikelihood } from '../likelihood.ts';
import { SILENT } from '../likelihood.ts';
import { exp, ln } from '../numeric.ts';

/** Events during an exposure: alarms in requests, restarts in replica hours, cost in predictions. */
export interface Rate {
  readonly events: number;
  readonly exposure: number;
}

/**
 * Likelihood of the logarithm of the rates' ratio.
 *
 * Of `K` events in all, the candidate's are binomial with `π = n_c r / (n_c r + n_s)` whatever the rate itself is (Przyborowski
 * and Wilenski 1940; Lindon and Malek 2022). Events need not be whole: with any quantities in [0, 1] for each unit of
 * exposure, the ratio of two of these likelihoods still has a mean of at most 1, since `E e^{ax} ≤ 1 + E x (e^a − 1) ≤
 * e^{E x (e^a − 1)}`, and the exponents of both arms cancel at the null.
 */
export function rateLikelihood({ candidate, stable }: Arms<Rate>): LnLikelihood {
  const [n, m] = [candidate.exposure, stable.exposure];
  const total = candidate.events + stable.events;
  if (n <= 0 || m <= 0 || total <= 0) return SILENT;
  return (effect) => candidate.events * effect - total * lnOnePlusExp(effect + ln(n / m));
}

/** `ln(1 + e^x)` without overflow. */
function lnOnePlusExp(x: number): number {
  return x > 0 ? x + ln(1 + exp(-x)) : ln(1 + exp(x));
}
