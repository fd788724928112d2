import type { TwoArms } from './two-arms.ts';
import { isInformative } from './two-arms.ts';
import { exceeded } from './normal.ts';

/**
 * What speaks for "no worse by the margin" where the number of batches is known before: a sum whose mean is at most 0 under
 * the null, batch by batch and given what each has in common, and its variance.
 */
export interface Proof {
  readonly gain: number;
  readonly variance: number;
}

export const NO_PROOF: Proof = { gain: 0, variance: 0 };

export function addProof(a: Proof, b: Proof): Proof {
  return { gain: short(a.gain + b.gain), variance: short(a.variance + b.variance) };
}

/**
 * Whether the sum has crossed its boundary after the share `time` of the batches.
 *
 * Sequential with error `beta` however often one looks: a Brownian motion exceeds `c √T` before `T` with chance
 * `2 (1 − Φ(c))`, so the boundary for the standardised sum is `Φ⁻¹(1 − β/2) / √time` (O'Brien and Fleming 1979 in its
 * continuous form; Lan and DeMets 1983). `dispersion` is by how much the variance is larger than chance alone makes it.
 */
export function isProved({ gain, variance }: Proof, time: number, beta: number, dispersion: number): boolean {
  if (variance <= 0 || gain <= 0 || time <= 0) return false;
  return gain * Math.sqrt(Math.min(time, 1)) >= boundary(beta) * Math.sqrt(variance * dispersion);
}

/**
 * Logarithm of the likelihood ratio that the sum amounts to, of what was seen to the null: a measure like an e-value's, for
 * people; the boundary above decides.
 */
export function lnProof({ gain, variance }: Proof, dispersion: number): number {
  return gain > 0 && variance > 0 ? (gain * gain) / (2 * variance * dispersion) : 0;
}

/** `Φ⁻¹(1 − β/2)`. */
export function boundary(beta: number): number {
  return exceeded(beta / 2);
}

/**
 * The proof that a batch adds against "the candidate's bad rate exceeds stable's by at least `margin`": the difference of the
 * rates, its variance taken where the null is nearest (Farrington and Manning 1990), batches weighted by its inverse, so that
 * an outage of both arms counts for little. `usual` is the rate of earlier batches.
 */
export function excessProof(table: TwoArms, margin: number, usual: number): Proof {
  const { candidateBad, candidate, stableBad, stable } = table;
  if (candidate === 0 || stable === 0 || margin <= 0) return NO_PROOF;
  const base = nearest(table, margin, usual);
  const worse = base + margin;
  const variance = (worse * (1 - worse)) / candidate + Math.max(base * (1 - base), LEAST) / stable;
  const weight = 1 / Math.max(variance, LEAST / candidate);
  return {
    gain: weight * (margin - (candidateBad / candidate - stableBad / stable)),
    variance: weight * weight * variance,
  };
}

/** Requests that the usual rate counts for in a batch's own. */
const PRIOR = 50;
const LEAST = 1e-6;

/** The proof that a table adds against "the candidate's odds are at least stable's": what it is short of its expectation. */
export function oddsProof(table: TwoArms): Proof {
  if (!isInformative(table)) return NO_PROOF;
  const bad = table.candidateBad + table.stableBad;
  const n = table.candidate + table.stable;
  const variance = (bad * (n - bad) * table.candidate * table.stable) / (n * n * (n - 1));
  return { gain: (bad * table.candidate) / n - table.candidateBad, variance };
}

/** The proof that pairs add against "the mirrored version is wrong more often by at least `margin`". */
export function pairProof(pairs: { onlyVersion: number; onlyAgainst: number; same: number }, margin: number): Proof {
  const { onlyVersion, onlyAgainst, same } = pairs;
  const n = onlyVersion + onlyAgainst + same;
  const discordant = Math.max(onlyVersion + onlyAgainst, n * margin);
  return { gain: n * margin - (onlyVersion - onlyAgainst), variance: Math.max(discordant - n * margin * margin, 0) };
}

/** Six significant digits keep the state small. */
function short(x: number): number {
  return Number(x.toPrecision(8));
}

/** Stable's rate at the likeliest point of the null: where the score is nought, which does not lean with the difference. */
function nearest({ candidateBad, candidate, stableBad, stable }: TwoArms, margin: number, usual: number): number {
  let [low, high] = [0, 1 - margin];
  for (let i = 0; i < 50; i += 1) {
    const x = (low + high) / 2;
    const y = x + margin;
    const slope =
      (stable * x - stableBad + PRIOR * (x - usual)) / (x * (1 - x)) + (candidate * y - candidateBad) / (y * (1 - y));
    if (slope < 0) low = x;
    else high = x;
  }
  return (low + high) / 2;
}
