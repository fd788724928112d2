import type { LatencySketch } from '../domain/gate-batch.ts';
import { LATENCY_ACCURACY } from '../domain/gate-batch.ts';
import { exp, ln } from './numeric.ts';

/**
 * A small latency histogram with memory that fades: buckets of `width` sketch buckets each, as gaps and counts in turn.
 *
 * Neighbouring buckets are merged when there are too many (Epicoco et al. 2020, UDDSketch), and all counts are halved when
 * they grow large, so that quantiles follow the last few thousand requests.
 */
export interface Histogram {
  readonly width: number;
  readonly total: number;
  readonly gapsAndCounts: readonly number[];
}

export const EMPTY_HISTOGRAM: Histogram = { width: 1, total: 0, gapsAndCounts: [] };

const REMEMBERED = 8_000;

const LN_GAMMA = ln((1 + LATENCY_ACCURACY) / (1 - LATENCY_ACCURACY));

/** The histogram with a sketch added, of at most `most` buckets. */
export function addSketch(histogram: Histogram, sketch: LatencySketch, most: number): Histogram {
  if (sketch.length === 0) return histogram;
  let { width } = histogram;
  let buckets = merge([...entries(histogram), ...sketch.map(([index, n]) => [Math.ceil(index / width), n] as const)]);
  while (buckets.length > most) {
    width *= 2;
    buckets = merge(buckets.map(([index, n]) => [Math.ceil(index / 2), n] as const));
  }
  while (sum(buckets) > REMEMBERED) buckets = halve(buckets);
  return { width, total: sum(buckets), gapsAndCounts: pack(buckets) };
}

/** Sketch index at the upper end of the bucket that holds the `q`-quantile; `null` without data. */
export function quantileIndex(histogram: Histogram, q: number): number | null {
  const rank = Math.ceil(q * histogram.total);
  let seen = 0;
  for (const [index, n] of entries(histogram)) {
    seen += n;
    if (seen >= rank) return index * histogram.width;
  }
  return null;
}

/** Milliseconds in the middle of a sketch bucket. */
export function indexToMs(index: number): number {
  return (2 * exp(index * LN_GAMMA)) / (exp(LN_GAMMA) + 1);
}

/** Index of the sketch bucket that holds a latency. */
export function msToIndex(ms: number): number {
  return Math.ceil(ln(ms) / LN_GAMMA);
}

/** The most sketch buckets whose ratio stays within `1 + excess`. */
export function ratioToBuckets(excess: number): number {
  return Math.floor(ln(1 + excess) / LN_GAMMA);
}

/** Requests in a sketch, and those of them above a bucket. */
export function countAbove(sketch: LatencySketch, index: number): { n: number; above: number } {
  let n = 0;
  let above = 0;
  for (const [bucket, count] of sketch) {
    n += count;
    if (bucket > index) above += count;
  }
  return { n, above };
}

type Bucket = readonly [index: number, count: number];

function entries({ gapsAndCounts }: Histogram): Bucket[] {
  const buckets: Bucket[] = [];
  let index = 0;
  for (let i = 0; i + 1 < gapsAndCounts.length; i += 2) {
    index += gapsAndCounts[i] ?? 0;
    buckets.push([index, gapsAndCounts[i + 1] ?? 0]);
  }
  return buckets;
}

function pack(buckets: readonly Bucket[]): number[] {
  return buckets.flatMap(([index, n], i) => [index - (buckets[i - 1]?.[0] ?? 0), n]);
}

function merge(buckets: readonly Bucket[]): Bucket[] {
  const counts = new Map<number, number>();
  for (const [index, n] of buckets) counts.set(index, (counts.get(index) ?? 0) + n);
  return [...counts].sort(([a], [b]) => a - b);
}

/** Halves cumulative counts, since halving each bucket by itself would lose the thin tail that p99 is read from. */
function halve(buckets: readonly Bucket[]): Bucket[] {
  let seen = 0;
  return buckets
    .map(([index, n]) => {
      const before = Math.floor(seen / 2);
      seen += n;
      return [index, Math.floor(seen / 2) - before] as const;
    })
    .filter(([, n]) => n > 0);
}

function sum(buckets: readonly Bucket[]): number {
  return buckets.reduce((total, [, n]) => total + n, 0);
}
