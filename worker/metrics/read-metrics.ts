import type { Worker } from '@temporalio/worker';
import type { Pool } from 'pg';
import { exposition, series, type HistogramValue, type Series } from '../../domain/exposition.ts';
import { WORKER_METRICS } from '../../domain/metrics/worker.ts';
import type { LatenessCounts, WatchGauge } from '../watch-gauge.ts';
import type { Tally } from './tally.ts';
import type { TemporalMetrics } from './temporal-metrics.ts';

export interface MetricSources {
  readonly workers: readonly Pick<Worker, 'getState' | 'options'>[];
  readonly pool: Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>;
  readonly gauge: WatchGauge;
  readonly tally: Tally;
  /** What Temporal and the ledger tell of all endpoints. */
  readonly asked: readonly (() => Promise<Series[]>)[];
  readonly temporal: TemporalMetrics | null;
}

const LATENESS_BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;

/** Everything that a worker and Temporal's part in it tell of themselves, in Prometheus' text format. */
export async function readMetrics({ workers, pool, gauge, tally, asked, temporal }: MetricSources): Promise<string> {
  const [told, core] = await Promise.all([Promise.all(asked.map((ask) => ask())), temporal?.read() ?? '']);
  const { totalCount, idleCount, waitingCount } = pool;
  const own = [
    series(
      WORKER_METRICS.queueUp,
      workers.map((worker) => [{ queue: worker.options.taskQueue }, worker.getState() === 'RUNNING' ? 1 : 0] as const),
    ),
    series(WORKER_METRICS.memory, [[{}, process.memoryUsage.rss()]]),
    series(WORKER_METRICS.connections, [
      [{ state: 'idle' }, idleCount],
      [{ state: 'busy' }, totalCount - idleCount],
    ]),
    series(WORKER_METRICS.waiting, [[{}, waitingCount]]),
    ...told.flat(),
    ...tally.read(),
    series(
      WORKER_METRICS.lateness,
      Object.entries(gauge.read()).map(([stage, counts]) => [{ stage }, histogramOf(counts)] as const),
    ),
  ];
  return exposition(own) + core;
}

function histogramOf(counts: LatenessCounts): HistogramValue {
  const buckets = LATENESS_BOUNDS.map((bound): [number, number] => [bound, 0]);
  const value = { buckets, sum: 0, count: 0 };
  for (const [ms, count] of Object.entries(counts)) {
    const seconds = Number(ms) / 1_000;
    value.sum += seconds * count;
    value.count += count;
    const bucket = buckets.find(([bound]) => seconds <= bound);
    if (bucket) bucket[1] += count;
  }
  return value;
}
