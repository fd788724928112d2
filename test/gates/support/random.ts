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
