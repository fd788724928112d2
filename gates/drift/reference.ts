import type { Bins } from './measures.ts';
import { ln } from '../numeric.ts';
import { total } from './measures.ts';

/**
 * How far, in relative entropy (nats), the true distribution may lie from a sample of it that makes a reference: with chance
 * of at most eta it lies farther.
 *
 * `P(KL(sample ‖ truth) ≥ ε) ≤ e^(−nε) (eεn/(k−1))^(k−1)` for `ε ≥ (k−1)/n` (Agrawal 2020). Bins that are cut at quantiles of
 * the same sample fit it more closely still.
 */
export function referenceRadius(reference: Bins, eta: number): number {
  const [n, k] = [total(reference), reference.length - 1];
  if (n === 0 || k < 1) return Infinity;
  const excess = (x: number): number => x - k * (1 + ln(x / k)) + ln(eta);
  let [low, high] = [k, 2 * k];
  while (excess(high) < 0) high *= 2;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (excess(middle) < 0) low = middle;
    else high = middle;
  }
  return high / n;
}

/** `Σ p ln(p/q)` in nats; infinite where only q is empty. */
export function relativeEntropy(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, share, i) => (share > 0 ? sum + share * ln(share / (q[i] ?? 0)) : sum), 0);
}

/**
 * The distribution within the radius around the reference that comes nearest to `guess`: on the line between both.
 *
 * It is the guess's reverse information projection, so that the likelihood ratio of the guess to it has a mean of at most 1
 * under every distribution within the radius (Grünwald, de Heide, Koolen 2024; Larsson, Ramdas, Ruf 2025).
 */
export function nearestNormal(guess: readonly number[], reference: readonly number[], radius: number): number[] {
  const between = (weight: number): number[] => guess.map((share, i) => share + weight * ((reference[i] ?? 0) - share));
  if (relativeEntropy(reference, guess) <= radius) return [...guess];
  let [low, high] = [0, 1];
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2;
    if (relativeEntropy(reference, between(middle)) > radius) low = middle;
    else high = middle;
  }
  // Rather a little outside, where the ratio is smaller, than inside.
  return between(low);
}
