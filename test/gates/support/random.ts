export { random } from '../../../gates/plan/random.ts';

export function binomial(next: () => number, n: number, p: number): number {
  let hits = 0;
  for (let i = 0; i < n; i += 1) if (next() < p) hits += 1;
  return hits;
}

/** A latency in milliseconds, log-normal around a median. */
export function latency(next: () => number, median: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return median * Math.exp(0.4 * normal);
}

/** How often each of some outcomes comes in `n` draws, by their shares. */
export function draw(next: () => number, n: number, shares: readonly number[]): number[] {
  const counts = shares.map(() => 0);
  for (let i = 0; i < n; i += 1) {
    let left = next();
    const bin = shares.findIndex((share) => (left -= share) < 0);
    const at = bin < 0 ? shares.length - 1 : bin;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}
