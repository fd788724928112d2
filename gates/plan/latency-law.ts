import type { LatencySketch } from '../../domain/gate-batch.ts';
import { ln } from '../numeric.ts';
import { msToIndex, ratioToBuckets } from '../histogram.ts';

/** The sketch bucket of the latency at the quantile `u`, 0 ≤ u < 1. */
export type LatencyLaw = (u: number) => number;

/** Latencies of an exponential distribution have this mean: they are wide, as those of model servers are. */
const MEAN_MS = 100;

/** The law that a sketch is a sample of; an exponential one where there is none. */
export function latencyLaw(sketch: LatencySketch | null): LatencyLaw {
  if (sketch === null || sketch.length === 0) return (u) => msToIndex(-MEAN_MS * ln(1 - u));
  let seen = 0;
  const ends = sketch.map(([, count]) => (seen += count));
  return (u) => {
    const rank = u * seen;
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((ends[middle] ?? 0) > rank) high = middle;
      else low = middle + 1;
    }
    return sketch[low]?.[0] ?? 0;
  };
}

/** The same with everything from the quantile `from` on slower by `excess`, a ratio minus one. */
export function slowed(law: LatencyLaw, excess: number, from: number): LatencyLaw {
  const by = ratioToBuckets(excess) + 1;
  return (u) => law(u) + (u >= from ? by : 0);
}

/** A sketch of latencies, given as buckets. */
export function sketchOf(buckets: Iterable<number>, each = 1): LatencySketch {
  const counts = new Map<number, number>();
  for (const bucket of buckets) counts.set(bucket, (counts.get(bucket) ?? 0) + each);
  return [...counts].sort(([a], [b]) => a - b);
}
