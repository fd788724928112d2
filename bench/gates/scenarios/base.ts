import type { Scenario } from '../sim/scenario.ts';
import type { LatencyShape } from '../sim/latency.ts';

/** p50 80 ms, p95 182 ms, p99 256 ms. */
export const LOGNORMAL: LatencyShape = { kind: 'lognormal', median: 80, sigma: 0.5 };

/** A fifth of 600 requests a minute to one replica of the candidate, the rest to four of stable. */
export const PLAIN: Omit<Scenario, 'name'> = {
  rpm: 600,
  errors: 0.005,
  latency: LOGNORMAL,
  weight: () => 0.2,
  replicas: { stable: 4, candidate: 1 },
};

/** Weights of a ramp over the hour: 5 % to half. */
export function ramp(t: number): number {
  return [0.05, 0.1, 0.2, 0.35, 0.5][Math.floor((t - 1) / 12)] ?? 0.5;
}

/** Labels for two thirds of the predictions, five to fifteen minutes late. */
export const LABELS = { accuracy: 0.9, share: 0.66, lag: 3, spread: 5 };

/** Half of stable's requests are answered by both; each alone is wrong in 3 %. */
export const PAIRS = { share: 0.5, stableOnlyWrong: 0.03, candidateOnlyWrong: 0.03 };
