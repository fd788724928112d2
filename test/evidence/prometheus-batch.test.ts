import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sample, Series } from '../../activities/evidence/sources/counter-series.ts';
import { batchFromPrometheus } from '../../activities/evidence/sources/prometheus-batch.ts';
import type { PrometheusReadings } from '../../activities/evidence/sources/prometheus-batch.ts';
import { TARGET_LABELS, queryFaults } from '../../activities/evidence/sources/prometheus-queries.ts';
import type { PrometheusQueries } from '../../activities/evidence/sources/prometheus-queries.ts';
import { msToIndex } from '../../gates/histogram.ts';

const START = 1_700_000_000_000;
const at = (seconds: number) => START + 1000 * seconds;
const interval = (from: number, to: number, index = 0) => ({
  ...{ endpoint: 'digits', fence: { epoch: 1, sequence: 1 }, index },
  ...{ opened: new Date(at(from)).toISOString(), sealed: new Date(at(to)).toISOString() },
});
const QUERIES: PrometheusQueries = {
  requests: 'requests_total',
  errors: 'requests_total{code=~"5.."}',
  rejected: 'requests_total{code=~"4.."}',
  latency: { buckets: 'latency_bucket', unit: 's' },
  versionLabel: 'version',
  versions: { '1': 'v1', '2': 'v2' },
  targetLabels: TARGET_LABELS,
  scrapeMs: 10_000,
};

type Values = readonly (readonly [seconds: number, value: number])[];

function series(labels: Record<string, string>, values: Values): Series {
  const named = { __name__: 'requests_total', version: '1', instance: 'a', ...labels };
  return { labels: named, samples: values.map(([seconds, value]): Sample => [at(seconds), value]) };
}

function read(from: number, to: number, readings: Partial<PrometheusReadings>, queries = QUERIES) {
  const none = { requests: [], errors: [], rejected: [], timeouts: [], latency: [] };
  return batchFromPrometheus(interval(from, to), { ...none, ...readings }, queries);
}

const steady: Values = [0, 10, 20, 30].map((seconds) => [seconds + 1, 100 + seconds] as const);

describe('what an arm counts', () => {
  test('is what was counted from the last scrape before the interval to the last one in it, and not extrapolated', () => {
    const { arms, lost } = read(10, 30, { requests: [series({}, steady)] });
    expect(arms).toMatchObject([{ version: 'v1', n: 20, errors: 0, rejected: 0, users: null }]);
    expect(lost).toBe(0);
  });

  test('adds up over its processes, and over the codes of their answers', () => {
    const failing = series({ code: '500', instance: 'b' }, [[1, 0], [11, 3], [21, 9]]); // prettier-ignore
    const refused = series({ code: '404' }, [[1, 5], [11, 5], [21, 7]]); // prettier-ignore
    const requests = [series({ code: '200' }, steady), failing, refused];
    const { arms } = read(10, 30, { requests, errors: [failing], rejected: [refused] });
    expect(arms).toMatchObject([{ n: 20 + 9 + 2, errors: 9, rejected: 2 }]);
  });

  test('holds the first errors, whose counter appears only with them', () => {
    const first = series({ code: '500' }, [[21, 4]]);
    const { arms } = read(10, 30, { requests: [series({ code: '200' }, steady), first], errors: [first] });
    expect(arms).toMatchObject([{ n: 24, errors: 4 }]);
  });

  test('goes on when a process begins anew, also for counters too small to show it', () => {
    const ok = series({ code: '200' }, [[1, 500], [11, 520], [21, 30]]); // prettier-ignore
    const failed = series({ code: '500' }, [[1, 2], [11, 2], [21, 5]]); // prettier-ignore
    const { arms } = read(10, 30, { requests: [ok, failed], errors: [failed] });
    expect(arms).toMatchObject([{ n: 20 + 30 + 0 + 5, errors: 5 }]);
  });

  test('is told apart by version where one gateway counts for both, from the first request of the new one', () => {
    const requests = [series({}, steady), series({ version: '2' }, [[21, 7], [31, 9]])]; // prettier-ignore
    const { arms, lost } = read(10, 30, { requests });
    expect(arms.map(({ version, n }) => [version, n])).toEqual([
      ['v1', 20],
      ['v2', 7],
    ]);
    expect(lost).toBe(0);
  });

  test('sums up over intervals that follow each other to all that was counted, wherever they are cut', () => {
    const scrapes = fc.array(
      fc.record({ gap: fc.integer({ min: 1, max: 20 }), more: fc.nat(50), restarts: fc.boolean() }),
      {
        minLength: 2,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(scrapes, fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 5 }), (steps, cuts) => {
        let [seconds, value, total] = [0, 1000, 0];
        const values: [number, number][] = [[seconds, value]];
        for (const { gap, more, restarts } of steps) {
          seconds += gap;
          value = restarts ? more : value + more;
          total += more;
          values.push([seconds, value]);
        }
        const ends = [...new Set([0, ...cuts.filter((cut) => cut > 0 && cut < seconds), seconds])].sort(
          (a, b) => a - b,
        );
        // Beside a counter that never rests, a restart always shows.
        const clock = series({ code: 'clock', version: 'other' }, values.map(([s], i) => [s, 1e6 + (steps[i - 1]?.restarts ? -s : s)])); // prettier-ignore
        const counted = ends.slice(1).map((end, i) => {
          const { arms } = read(ends[i] ?? 0, end, { requests: [series({}, values), clock] });
          return arms[0]?.n ?? 0;
        });
        expect(counted.reduce((sum, n) => sum + n, 0)).toBe(total);
      }),
    );
  });
});

describe('what was not scraped', () => {
  test('is no arm, and never zero', () => {
    const { arms, lost } = read(40, 60, { requests: [series({}, steady), series({ version: '2' }, [])] });
    expect(arms).toEqual([]);
    expect(lost).toBeGreaterThan(0);
    expect(read(10, 30, {}).arms).toEqual([]);
  });

  test('is told of as lost, at the rate it had, when it is one process of several', () => {
    const gone = series({ instance: 'b' }, [[-9, 0], [1, 100], [3, 120]]); // prettier-ignore
    const { arms, lost } = read(10, 30, { requests: [series({}, steady), gone] });
    expect(arms).toMatchObject([{ n: 20 }]);
    // 10 requests a second, for as long as one scrape takes to be missed.
    expect(lost).toBe(100);
  });

  test('of a process that came during the interval is what it did before its first scrape', () => {
    const fresh = series({ instance: 'b' }, [[15, 50], [25, 70]]); // prettier-ignore
    const { arms, lost } = read(10, 30, { requests: [series({}, steady), fresh] });
    expect(arms).toMatchObject([{ n: 20 + 20 }]);
    expect(lost).toBe(10);
  });

  test('is not due yet where an interval is shorter than a scrape', () => {
    const { arms, lost } = read(22, 26, { requests: [series({}, steady)] });
    expect([arms, lost]).toEqual([[], 0]);
  });

  test('of another metric than the requests’ leaves the arm out: nobody knows whether there were errors', () => {
    const queries = { ...QUERIES, errors: 'failures_total' };
    expect(read(10, 30, { requests: [series({}, steady)] }, queries).arms).toEqual([]);
    const failures = series({ __name__: 'failures_total' }, [[1, 0], [21, 2]]); // prettier-ignore
    expect(read(10, 30, { requests: [series({}, steady)], errors: [failures] }, queries).arms).toMatchObject([
      { n: 20, errors: 2 },
    ]);
  });
});

describe('latency', () => {
  const bucket = (le: string, counts: readonly number[], instance = 'a') =>
    series({ __name__: 'latency_bucket', le, instance }, counts.map((count, i) => [1 + 10 * i, count] as const)); // prettier-ignore

  test('lies at the bounds of the histogram’s buckets, and beyond the last one where it is longer', () => {
    const latency = [bucket('0.1', [5, 5, 15]), bucket('0.25', [6, 6, 36]), bucket('+Inf', [6, 6, 39])];
    const [arm] = read(10, 30, { requests: [series({}, steady)], latency }).arms;
    expect(arm?.latency).toEqual([
      [msToIndex(100), 10],
      [msToIndex(250), 20],
      [msToIndex(250) + 1, 3],
    ]);
  });

  test('exceeds every threshold as often as the histogram says, up to its next bound', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ ms: fc.integer({ min: 1, max: 100_000 }), count: fc.nat(100) }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.integer({ min: 1, max: 200_000 }),
        (bounds, threshold) => {
          const sorted = [...new Map(bounds.map(({ ms, count }) => [ms, count]))].sort(([a], [b]) => a - b);
          let below = 0;
          const latency = sorted.map(([ms, count]) => bucket(String(ms / 1000), [0, 0, (below += count)]));
          const [arm] = read(10, 30, { requests: [series({}, steady)], latency }).arms;
          const above = arm?.latency
            .filter(([i]) => i > msToIndex(threshold))
            .reduce((sum, [, count]) => sum + count, 0);
          const expected = sorted.filter(([ms]) => msToIndex(ms) > msToIndex(threshold));
          expect(above).toBe(expected.reduce((sum, [, count]) => sum + count, 0));
        },
      ),
    );
  });

  test('is left out where there is no histogram', () => {
    expect(read(10, 30, { requests: [series({}, steady)] }).arms).toMatchObject([{ n: 20, latency: [] }]);
  });
});

test('queries that cannot be asked are refused with all their faults', () => {
  const faults = queryFaults({
    ...QUERIES,
    ...{ requests: 'rate(x[5m])', errors: '', versionLabel: 'a-b', versions: {}, scrapeMs: 0 },
    latency: { buckets: 'x_bucket offset 5m', unit: 's' },
    resources: { cpu: 'rate(x[1m])', memory: 'm', podLabel: 'a.b', workloads: {}, scrapeMs: -1 },
  });
  expect(faults.map((fault) => fault.split(':')[0])).toEqual([
    'requests',
    'errors',
    'latency.buckets',
    'resources.cpu',
    'versionLabel',
    'resources.podLabel',
    'versions',
    'resources.workloads',
    'scrapeMs',
    'resources.scrapeMs',
  ]);
  expect(queryFaults({ ...QUERIES, requests: 'a:b{c="}[5m]\\"", d!~"x"}' })).toEqual([]);
});
