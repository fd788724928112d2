import { ln } from '../numeric.ts';

/** Counts by bin. */
export type Bins = readonly number[];

/** How far two distributions over the same bins lie apart; for people, and to tell a large difference from a certain one. */
export interface Distances {
  /** Population stability index, `Σ (p − q) ln(p/q)`; 0.1 is usually called a shift, 0.25 a large one. */
  readonly psi: number;
  /** Square root of the Jensen–Shannon divergence in bits, 0 to 1 (Endres and Schindelin 2003). */
  readonly jensenShannon: number;
  /** Mean way that the mass has to go, as a share of the bins from first to last, 0 to 1; only where bins have an order. */
  readonly wasserstein: number;
  /** Largest difference of the two cumulative shares, 0 to 1; only where bins have an order. */
  readonly kolmogorovSmirnov: number;
}

/** Share that an empty bin is taken for in the index, which is infinite otherwise. */
const LEAST_SHARE = 1e-4;

/** The distances between two samples in the same bins; `null` where one is empty, or the bins are not the same. */
export function distances(a: Bins, b: Bins): Distances | null {
  const [n, m] = [total(a), total(b)];
  if (n === 0 || m === 0 || a.length !== b.length) return null;
  const pairs = a.map((count, i) => [count / n, (b[i] ?? 0) / m] as const);
  const [psi, divergence] = [sum(pairs.map(stability)), sum(pairs.map(divergenceBits))];
  const gaps = cumulativeGaps(pairs).slice(0, -1);
  return {
    psi,
    jensenShannon: Math.sqrt(Math.max(divergence, 0)),
    wasserstein: gaps.length > 0 ? sum(gaps) / gaps.length : 0,
    kolmogorovSmirnov: Math.max(0, ...gaps),
  };
}

/**
 * The index less what it is on average without any drift, at least 0.
 *
 * Two samples of n and m from one distribution over B bins have an index of about `(1/n + 1/m) (B − 1)` (Yurdakul 2018), so a
 * fixed limit on the index alone would be one on the sample size.
 */
export function excessPsi(a: Bins, b: Bins): number {
  const found = distances(a, b);
  const chance = (a.length - 1) * (1 / total(a) + 1 / total(b));
  return found === null ? 0 : Math.max(found.psi - chance, 0);
}

export function total(bins: Bins): number {
  return sum(bins);
}

type Shares = readonly [p: number, q: number];

function stability([p, q]: Shares): number {
  const [a, b] = [Math.max(p, LEAST_SHARE), Math.max(q, LEAST_SHARE)];
  return (a - b) * ln(a / b);
}

function divergenceBits([p, q]: Shares): number {
  const middle = (p + q) / 2;
  const part = (x: number): number => (x > 0 ? (x * ln(x / middle)) / LN_2 : 0);
  return (part(p) + part(q)) / 2;
}

const LN_2 = 0.6931471805599453;

function cumulativeGaps(pairs: readonly Shares[]): number[] {
  let gap = 0;
  return pairs.map(([p, q]) => Math.abs((gap += p - q)));
}

function sum(xs: readonly number[]): number {
  return xs.reduce((all, x) => all + x, 0);
}
