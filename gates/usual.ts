import type { UsualFigures } from '../domain/aftermath.ts';
import type { GateBatch } from '../domain/gate-batch.ts';
import { armOf } from './batch-tables.ts';
import { STABLE_BUCKETS } from './buckets.ts';
import { addSketch, EMPTY_HISTOGRAM, indexToMs, quantileIndex } from './histogram.ts';

/** Errors and latency of a version over batches, oldest first; `null` where it had no request. */
export function usualFigures(batches: readonly GateBatch[], version: string): UsualFigures | null {
  const arms = batches.map((batch) => armOf(batch, version)).filter(({ n }) => n > 0);
  const requests = arms.reduce((sum, { n }) => sum + n, 0);
  if (requests === 0) return null;
  const errors = arms.reduce((sum, arm) => sum + arm.errors, 0);
  const latency = arms.reduce((seen, arm) => addSketch(seen, arm.latency, STABLE_BUCKETS), EMPTY_HISTOGRAM);
  const p99 = quantileIndex(latency, 0.99);
  return { requests, errorRate: errors / requests, p99Ms: p99 === null ? null : indexToMs(p99) };
}
