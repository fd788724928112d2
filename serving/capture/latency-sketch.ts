import { LATENCY_ACCURACY } from '../../domain/gate-batch.ts';
import type { LatencySketch } from '../../domain/gate-batch.ts';

const LOG_GAMMA = Math.log((1 + LATENCY_ACCURACY) / (1 - LATENCY_ACCURACY));

/** One microsecond: below Envoy's own resolution in practice, and the logarithm needs something above zero. */
const SHORTEST_MS = 0.001;

/** The bucket of a latency as `domain/gate-batch.ts` defines it: `i` holds (γ^(i−1), γ^i] milliseconds. */
export function bucketOf(milliseconds: number): number {
  // Adding zero turns -0 into 0.
  return Math.ceil(Math.log(Math.max(milliseconds, SHORTEST_MS)) / LOG_GAMMA) + 0;
}

/** A latency sketch while it grows. */
export interface SketchBuilder {
  add(milliseconds: number): void;
  build(): LatencySketch;
}

export function createSketch(): SketchBuilder {
  const counts = new Map<number, number>();
  return {
    add(milliseconds) {
      const bucket = bucketOf(milliseconds);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    },
    build: () => [...counts].sort(([a], [b]) => a - b),
  };
}
