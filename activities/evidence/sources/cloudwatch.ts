import type { ArmCounts, GateBatchBody } from '../../../domain/gate-batch.ts';
import type { BoundedCount } from './bounds.ts';
import type { CloudWatchQueries } from './cloudwatch-queries.ts';
import type { Interval } from './interval.ts';
import { resourcesFromCloudWatch } from './cloudwatch-resources.ts';
import { fromCumulative, sketchOf } from './bounds.ts';
import { queryId } from './cloudwatch-queries.ts';
import { batchOf, consistent } from './interval.ts';

/** One `MetricDataResults` of GetMetricData. */
export interface MetricDataResult {
  readonly Id?: string;
  readonly StatusCode?: string;
  readonly Timestamps?: readonly (Date | string)[];
  readonly Values?: readonly number[];
}

/** CloudWatch has not given all of an answer; ask again, with every `NextToken`, and never take a part for the whole. */
export class CloudWatchIncomplete extends Error {
  override readonly name = 'CloudWatchIncomplete';
}

/**
 * A batch from the answers to `metricDataQueries`, of whole periods.
 *
 * Requests, 5xx and 4xx answers are exact. Of latencies CloudWatch tells percentiles, which cannot be added up over batches,
 * or how many lie below a given threshold, which can: the sketch has as many buckets as there are thresholds, and is no more
 * exact than CloudWatch's own record of the values. It is the model's own time (`ModelLatency`): what lies before
 * the container is the same for both variants. Timeouts are among the errors and are not told apart; there are no users, pairs
 * or labels. The newest periods appear late: ask two minutes after the interval's end.
 *
 * A period for which a variant has no `Invocations` says nothing of it; one that lacks its errors is counted as lost.
 *
 * @throws CloudWatchIncomplete; RangeError when the interval cuts a period in two
 */
export function batchFromCloudWatch(
  interval: Interval,
  results: readonly MetricDataResult[],
  queries: CloudWatchQueries,
): GateBatchBody {
  const values = valuesOf(interval, results, queries);
  const arms: ArmCounts[] = [];
  let lost = 0;
  Object.entries(queries.variants).forEach(([name, version], variant) => {
    const of = (what: Parameters<typeof queryId>[1]) => values.get(queryId(variant, what)) ?? new Map<number, number>();
    const [requests, errors, rejected] = [of('requests'), of('errors'), of('rejected')];
    const whole = [...requests.keys()].filter((period) => errors.has(period) && rejected.has(period));
    const sum = (counts: ReadonlyMap<number, number>) => sumOf(counts, whole);
    for (const [period, n] of requests) if (!whole.includes(period)) lost += n;
    if (whole.length === 0) return;
    const counts = consistent({ n: sum(requests), errors: sum(errors), timeouts: 0, rejected: sum(rejected) });
    const within = queries.thresholdsMs.map((ms, i) => ({ ms, counts: of(`within${i}`) }));
    // A range that nothing lies in may have no data point; that none has one is no answer.
    const timed = whole.filter((at) => within.some(({ counts }) => counts.has(at)));
    const cumulative = within.map(({ ms, counts }): BoundedCount => [ms, sumOf(counts, timed)]);
    const latency = sketchOf(fromCumulative([...cumulative, [Infinity, sumOf(of('latencies'), timed)]]));
    const instances = queries.instances?.[name];
    const shares = { cpu: of('cpu'), memory: of('memory'), gpu: of('gpu'), gpuMemory: of('gpuMemory') };
    const resources = instances && resourcesFromCloudWatch(shares, whole, queries.periodSeconds, instances);
    arms.push({ version, ...counts, latency, users: null, ...(resources && { resources }) });
  });
  return batchOf(interval, arms, lost);
}

function sumOf(counts: ReadonlyMap<number, number>, periods: readonly number[]): number {
  return periods.reduce((sum, at) => sum + (counts.get(at) ?? 0), 0);
}

/** By query and by the start of its period, for the periods of the interval. */
function valuesOf(
  { opened, sealed }: Interval,
  results: readonly MetricDataResult[],
  { periodSeconds }: CloudWatchQueries,
): Map<string, Map<number, number>> {
  const [from, to] = [Date.parse(opened), Date.parse(sealed)];
  if (from % (periodSeconds * 1000) !== 0 || to % (periodSeconds * 1000) !== 0)
    throw new RangeError(
      `the interval from ${opened} to ${sealed} is not made of whole periods of ${periodSeconds} s: CloudWatch cannot tell what lies in a part of one`,
    );
  const values = new Map<string, Map<number, number>>();
  for (const { Id = '', StatusCode, Timestamps = [], Values = [] } of results) {
    if (StatusCode !== undefined && StatusCode !== 'Complete')
      throw new CloudWatchIncomplete(`CloudWatch's answer to ${Id} is not complete (${StatusCode})`);
    const known = values.get(Id) ?? new Map<number, number>();
    values.set(Id, known);
    Timestamps.forEach((timestamp, i) => {
      const at = new Date(timestamp).getTime();
      const value = Values[i];
      // A page that is given twice counts once.
      if (at >= from && at < to && value !== undefined) known.set(at, value);
    });
  }
  return values;
}
