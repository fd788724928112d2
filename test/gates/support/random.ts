/** A seeded stream of numbers in [0, 1) (mulberry32): a simulation that fails can be run again. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

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
