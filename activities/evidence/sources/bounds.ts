import type { LatencySketch } from '../../../domain/gate-batch.ts';
import { msToIndex } from '../../../gates/histogram.ts';

/** How many requests took longer than the bound below, and at most so many milliseconds; `Infinity`: longer than every bound. */
export type BoundedCount = readonly [upToMs: number, count: number];

/** One microsecond; as capture has it. */
const SHORTEST_MS = 0.001;

/**
 * A latency sketch from the buckets of a coarser histogram.
 *
 * All of a bucket's requests are put where it ends, so that a threshold of a gate, wherever it lies, tells apart exactly what
 * lies on either side of the next bound above it; nothing is made up about the inside of a bucket. What is longer than
 * every bound stands right behind the last one, which is the least that is known of it.
 */
export function sketchOf(counts: readonly BoundedCount[]): LatencySketch {
  const largest = Math.max(...counts.map(([upToMs]) => upToMs).filter(Number.isFinite));
  if (!Number.isFinite(largest)) return [];
  const last = indexOf(largest);
  const buckets = new Map<number, number>();
  for (const [upToMs, count] of counts) {
    const index = upToMs === Infinity ? last + 1 : indexOf(upToMs);
    if (count > 0) buckets.set(index, (buckets.get(index) ?? 0) + Math.round(count));
  }
  return [...buckets].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
}

/** Counts by bound from cumulative ones, as `le` buckets are; they never fall, whatever rounding did to them. */
export function fromCumulative(cumulative: readonly BoundedCount[]): BoundedCount[] {
  let below = 0;
  return [...cumulative]
    .sort(([a], [b]) => a - b)
    .map(([upToMs, count]) => {
      const more = Math.max(count - below, 0);
      below += more;
      return [upToMs, more] as const;
    });
}

function indexOf(ms: number): number {
  // Adding zero turns -0 into 0.
  return msToIndex(Math.max(ms, SHORTEST_MS)) + 0;
}
