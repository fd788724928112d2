import { writeMetric } from './metrics.ts';
import type { RunBatch } from './runs.ts';
import { writePairs } from './tags.ts';

// MLflow's limits for one log-batch request (utils/validation.py): metrics, params and tags each, and in sum.
const MAX_METRICS = 1000;
const MAX_PAIRS = 100;

/** The batch as request bodies that MLflow takes, params and tags first. */
export function batches(batch: RunBatch): Record<string, unknown>[] {
  const params = chunks(writePairs(batch.params) ?? [], MAX_PAIRS);
  const tags = chunks(writePairs(batch.tags) ?? [], MAX_PAIRS);
  const metrics = chunks((batch.metrics ?? []).map(writeMetric), MAX_METRICS);
  const bodies: Record<string, unknown>[] = [];
  for (let at = 0; at < Math.max(params.length, tags.length); at += 1) {
    bodies.push({ params: params[at] ?? [], tags: tags[at] ?? [] });
  }
  for (const part of metrics) {
    const only = bodies.length === 1 && metrics.length === 1 ? bodies[0] : undefined;
    if (only !== undefined && part.length <= MAX_METRICS - 2 * MAX_PAIRS) only['metrics'] = part;
    else bodies.push({ metrics: part });
  }
  return bodies;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
