import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchFromCloudWatch } from '../../activities/evidence/sources/cloudwatch.ts';
import type { MetricDataResult } from '../../activities/evidence/sources/cloudwatch.ts';
import { THRESHOLDS_MS, metricDataQueries } from '../../activities/evidence/sources/cloudwatch-queries.ts';
import type { CloudWatchQueries, MetricDataQuery } from '../../activities/evidence/sources/cloudwatch-queries.ts';
import { msToIndex } from '../../gates/histogram.ts';

const START = Date.parse('2026-01-05T10:00:00.000Z');
const QUERIES: CloudWatchQueries = {
  endpointName: 'digits',
  variants: { 'blue-1': 'v1', 'green-2': 'v2' },
  thresholdsMs: [50, 100, 200],
  periodSeconds: 60,
};
const interval = (from: number, to: number) => ({
  ...{ endpoint: 'digits', fence: { epoch: 1, sequence: 1 }, index: 3 },
  ...{ opened: new Date(START + from * 60_000).toISOString(), sealed: new Date(START + to * 60_000).toISOString() },
});

/** What one variant did in one minute. */
interface Minute {
  readonly variant: string;
  readonly minute: number;
  readonly latenciesMs: readonly number[];
  readonly errors?: number;
  readonly rejected?: number;
  /** Percent, by the name of the metric; means over the instances. */
  readonly use?: Readonly<Record<string, number>>;
}

/** Answers as CloudWatch's documentation defines its statistics, from the values themselves. */
function answer(query: MetricDataQuery, minutes: readonly Minute[]): MetricDataResult {
  const { Metric, Stat } = query.MetricStat;
  const variant = Metric.Dimensions.find(({ Name }) => Name === 'VariantName')?.Value;
  const isUse = Metric.Namespace === '/aws/sagemaker/Endpoints';
  const own = minutes.filter((each) => each.variant === variant && (!isUse || Metric.MetricName in (each.use ?? {})));
  const valueOf = ({ latenciesMs, errors = 0, rejected = 0, use }: Minute): number => {
    if (isUse) return use?.[Metric.MetricName] ?? 0;
    if (Metric.MetricName === 'Invocations') return latenciesMs.length;
    if (Metric.MetricName === 'Invocation5XXErrors') return errors;
    if (Metric.MetricName === 'Invocation4XXErrors') return rejected;
    if (Stat === 'SampleCount') return latenciesMs.length;
    const [, micros = ''] = /^TC\(:(\d+)\)$/.exec(Stat) ?? [];
    return latenciesMs.filter((ms) => ms * 1000 <= Number(micros)).length;
  };
  return {
    Id: query.Id,
    StatusCode: 'Complete',
    // Newest first, as GetMetricData answers unless it is asked otherwise.
    Timestamps: own.map(({ minute }) => new Date(START + minute * 60_000)).reverse(),
    Values: own.map(valueOf).reverse(),
  };
}

const answers = (minutes: readonly Minute[], queries = QUERIES) =>
  metricDataQueries(queries).map((query) => answer(query, minutes));

test('the minutes of an interval make one batch, with exact counts and with latencies by threshold', () => {
  const minutes = [
    { variant: 'blue-1', minute: 0, latenciesMs: [10, 50, 51, 300], errors: 1 },
    { variant: 'blue-1', minute: 1, latenciesMs: [150], rejected: 1 },
    { variant: 'green-2', minute: 1, latenciesMs: [250, 250] },
    { variant: 'blue-1', minute: 2, latenciesMs: [1, 1, 1] },
  ];
  const batch = batchFromCloudWatch(interval(0, 2), answers(minutes), QUERIES);
  expect(batch).toMatchObject({ endpoint: 'digits', index: 3, lost: 0, pairs: [], labels: [] });
  expect(batch.arms).toEqual([
    {
      ...{ version: 'v1', n: 5, errors: 1, timeouts: 0, rejected: 1, users: null },
      latency: [
        [msToIndex(50), 2],
        [msToIndex(100), 1],
        [msToIndex(200), 1],
        [msToIndex(200) + 1, 1],
      ],
    },
    {
      ...{ version: 'v2', n: 2, errors: 0, timeouts: 0, rejected: 0, users: null },
      latency: [[msToIndex(200) + 1, 2]],
    },
  ]);
});

test('every threshold is exceeded as often as by the latencies themselves, over any minutes', () => {
  const minute = fc.array(fc.double({ min: 0.1, max: 20_000, noNaN: true }), { minLength: 1, maxLength: 40 });
  const queries = { ...QUERIES, thresholdsMs: THRESHOLDS_MS };
  fc.assert(
    fc.property(fc.array(minute, { minLength: 1, maxLength: 5 }), (each) => {
      const minutes = each.map((latenciesMs, i) => ({ variant: 'blue-1', minute: i, latenciesMs }));
      const [arm] = batchFromCloudWatch(interval(0, each.length), answers(minutes, queries), queries).arms;
      for (const ms of THRESHOLDS_MS) {
        const above = arm?.latency
          .filter(([index]) => index > msToIndex(ms))
          .reduce((sum, [, count]) => sum + count, 0);
        expect(above).toBe(each.flat().filter((latency) => latency > ms).length);
      }
    }),
  );
});

test('a variant that nobody called has no arm, and is not one without errors', () => {
  const minutes = [{ variant: 'blue-1', minute: 0, latenciesMs: [10] }];
  expect(batchFromCloudWatch(interval(0, 1), answers(minutes), QUERIES).arms.map(({ version }) => version)).toEqual([
    'v1',
  ]);
  expect(batchFromCloudWatch(interval(5, 6), answers(minutes), QUERIES).arms).toEqual([]);
});

test('a minute whose errors are not there yet is lost, and not a good one', () => {
  const minutes = [0, 1].map((minute) => ({ variant: 'blue-1', minute, latenciesMs: [10, 20], errors: 1 }));
  const late = answers(minutes).map((result) =>
    result.Id === 'v0_errors' ? { ...result, Timestamps: [new Date(START)], Values: [1] } : result,
  );
  const { arms, lost } = batchFromCloudWatch(interval(0, 2), late, QUERIES);
  expect(arms).toMatchObject([{ n: 2, errors: 1 }]);
  expect(lost).toBe(2);
});

test('latencies that CloudWatch does not tell are left out, a threshold that nothing lies below is not', () => {
  const minutes = [0, 1].map((minute) => ({ variant: 'blue-1', minute, latenciesMs: [70, 70] }));
  const without = (ids: RegExp, at: number) =>
    answers(minutes).map((result) => {
      const kept = (result.Timestamps ?? []).map((time) => !ids.test(result.Id ?? '') || +new Date(time) !== at);
      const keep = <T>(values: readonly T[] = []) => values.filter((_, i) => kept[i]);
      return { ...result, Timestamps: keep(result.Timestamps), Values: keep(result.Values) };
    });
  const read = (results: MetricDataResult[]) => batchFromCloudWatch(interval(0, 2), results, QUERIES).arms[0];
  expect(read(without(/within/, START))).toMatchObject({ n: 4, latency: [[msToIndex(100), 2]] });
  expect(read(without(/within0/, START))).toMatchObject({ n: 4, latency: [[msToIndex(100), 4]] });
});

const GIB = 1024 ** 3;
const INSTANCES = {
  'blue-1': { count: 2, memoryBytes: 16 * GIB },
  'green-2': { count: 1, memoryBytes: 64 * GIB, gpuMemoryBytes: 24 * GIB },
};

test('what the instances used is told in seconds and bytes, of all cores and GPUs', () => {
  const queries = { ...QUERIES, instances: INSTANCES };
  const gpus = { CPUUtilization: 350, MemoryUtilization: 50, GPUUtilization: 160, GPUMemoryUtilization: 150 };
  const minutes = [
    { variant: 'blue-1', minute: 0, latenciesMs: [10], use: { CPUUtilization: 40, MemoryUtilization: 10 } },
    { variant: 'blue-1', minute: 1, latenciesMs: [10], use: { CPUUtilization: 120, MemoryUtilization: 15 } },
    { variant: 'green-2', minute: 0, latenciesMs: [10], use: gpus },
    { variant: 'green-2', minute: 1, latenciesMs: [10], use: gpus },
  ];
  const { arms } = batchFromCloudWatch(interval(0, 2), answers(minutes, queries), queries);
  expect(arms.map(({ resources }) => resources)).toEqual([
    { replicas: 2, samples: 2, cpuSeconds: (0.4 + 1.2) * 60 * 2, memoryBytes: 2 * GIB },
    {
      ...{ replicas: 1, samples: 2, cpuSeconds: 3.5 * 120, memoryBytes: 32 * GIB },
      ...{ gpuSeconds: 1.6 * 120, gpuMemoryBytes: 36 * GIB },
    },
  ]);
});

test('an arm has no use where a minute of it is missing, and none is asked for without instances', () => {
  const queries = { ...QUERIES, instances: INSTANCES };
  const use = { CPUUtilization: 40, MemoryUtilization: 10 };
  const minutes = [
    { variant: 'blue-1', minute: 0, latenciesMs: [10], use },
    { variant: 'blue-1', minute: 1, latenciesMs: [10] },
    { variant: 'green-2', minute: 0, latenciesMs: [10], use },
  ];
  const { arms } = batchFromCloudWatch(interval(0, 2), answers(minutes, queries), queries);
  expect(arms[0]).not.toHaveProperty('resources');
  expect(arms[1]?.resources).not.toHaveProperty('gpuSeconds');
  expect(metricDataQueries(queries)).toHaveLength(14 + 2 + 4);
});

test('pages of one answer belong together, and a page that comes twice counts once', () => {
  const minutes = [0, 1].map((minute) => ({ variant: 'blue-1', minute, latenciesMs: [10] }));
  const [first, second] = minutes.map((minute) => answers([minute]));
  const pages = [...(first ?? []), ...(second ?? []), ...(second ?? [])];
  expect(batchFromCloudWatch(interval(0, 2), pages, QUERIES).arms).toMatchObject([{ n: 2 }]);
});

test.for(['PartialData', 'InternalError', 'Forbidden'])('an answer that is %s is no answer', (StatusCode) => {
  const results = answers([]).map((result) => ({ ...result, StatusCode }));
  expect(() => batchFromCloudWatch(interval(0, 1), results, QUERIES)).toThrow(
    `CloudWatch's answer to v0_requests is not complete (${StatusCode})`,
  );
});

test('an interval that cuts a period in two is refused', () => {
  expect(() => batchFromCloudWatch(interval(0, 1.5), [], QUERIES)).toThrow(/not made of whole periods of 60 s/);
});

test('what CloudWatch could not answer is not asked; all faults are told at once', () => {
  const queries = { ...QUERIES, variants: {}, thresholdsMs: [10, 5], periodSeconds: 30 };
  expect(() => metricDataQueries(queries)).toThrow(/thresholdsMs: must rise.*periodSeconds: 30.*variants: is empty/);
  const instances = { other: INSTANCES['blue-1'], 'blue-1': { count: 0, memoryBytes: 1 } };
  expect(() => metricDataQueries({ ...QUERIES, instances })).toThrow(
    /instances: 'other' is not among the variants; instances.blue-1: has a number that is not above 0/,
  );
  const many = { ...QUERIES, thresholdsMs: Array.from({ length: 250 }, (_, i) => i + 1) };
  expect(() => metricDataQueries(many)).toThrow(/508 metrics are more than the 500 of one call/);
  const ids = metricDataQueries(QUERIES).map(({ Id }) => Id);
  expect(ids).toHaveLength(14);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-zA-Z0-9_]*$/);
});
