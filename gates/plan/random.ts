/** A seeded stream of numbers in [0, 1) (mulberry32): a plan is told the same each time it is asked about. */
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
  if (p <= 0) return 0;
  if (p >= 1) return n;
  let hits = 0;
  for (let i = 0; i < n; i += 1) if (next() < p) hits += 1;
  return hits;
}
