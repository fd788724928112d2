import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sample, Series } from '../../activities/evidence/sources/counter-series.ts';
import type { ResourceQueries } from '../../activities/evidence/sources/prometheus-queries.ts';
import { resourcesFromPrometheus } from '../../activities/evidence/sources/prometheus-resources.ts';
import type { ResourceReadings } from '../../activities/evidence/sources/prometheus-resources.ts';

const QUERIES: ResourceQueries = {
  cpu: 'container_cpu_usage_seconds_total',
  memory: 'container_memory_working_set_bytes',
  gpu: { busy: 'DCGM_FI_DEV_GPU_UTIL', unit: 'percent', memory: 'DCGM_FI_DEV_FB_USED', podLabel: 'exported_pod' },
  podLabel: 'pod',
  workloads: { 'digits-v1': 'v1', 'digits-v12': 'v12' },
};
const TIMES = { opened: 60_000, sealed: 120_000, scrapeMs: 15_000 };
const POD = 'digits-v1-6d4cf56db6-x7k2p';

/** A reading every 15 s from 50 s on, at times that are nobody's scrape. */
function every15s(labels: Record<string, string>, value: (seconds: number) => number): Series {
  const samples = [50, 65, 80, 95, 110].map((seconds): Sample => [1000 * seconds, value(seconds)]);
  return { labels: { pod: POD, container: 'model', ...labels }, samples };
}

const busy = (pod: string, cores = 0.5) => every15s({ pod }, (seconds) => 1000 + cores * seconds);
const sized = (pod: string, bytes = 2e9) => every15s({ pod }, () => bytes);

function use(readings: Partial<ResourceReadings>, version = 'v1', queries = QUERIES) {
  return resourcesFromPrometheus(TIMES, { cpu: [], memory: [], gpu: [], gpuMemory: [], ...readings }, queries).get(
    version,
  );
}

test('processor time is the rate between the readings, for all of the interval', () => {
  expect(use({ cpu: [busy(POD)], memory: [sized(POD)] })).toEqual({
    ...{ replicas: 1, samples: 4, cpuSeconds: 30, memoryBytes: 2e9 },
  });
});

test('a rate is told whatever the readings’ times, without the time before them', () => {
  const gaps = fc.array(fc.integer({ min: 5_000, max: 15_000 }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(gaps, fc.double({ min: 0.001, max: 64, noNaN: true }), (steps, cores) => {
      let at = 40_000;
      const samples = steps.map((gap): Sample => [(at += gap), (cores * at) / 1000]);
      const reading = { labels: { pod: POD }, samples: samples.filter(([time]) => time <= TIMES.sealed) };
      const found = use({ cpu: [reading], memory: [sized(POD)] });
      if (at >= TIMES.sealed) expect(found?.cpuSeconds).toBeCloseTo(60 * cores, 2);
    }),
  );
});

test('replicas add up in time, and are averaged in memory', () => {
  const other = 'digits-v1-6d4cf56db6-b9w4c';
  const found = use({ cpu: [busy(POD, 0.5), busy(other, 1.5)], memory: [sized(POD, 1e9), sized(other, 3e9)] });
  expect(found).toMatchObject({ replicas: 2, cpuSeconds: 120, memoryBytes: 2e9 });
});

test('the containers of a pod add up; its sum over them, and the one that holds its network, are left out', () => {
  const parts = [
    every15s({}, (seconds) => seconds),
    every15s({ container: 'queue-proxy' }, (seconds) => seconds / 10),
    every15s({ container: '' }, (seconds) => 1.1 * seconds),
    every15s({ container: 'POD' }, (seconds) => seconds),
  ];
  const memory = ['model', 'queue-proxy', ''].map((container) => every15s({ container }, () => 5e8));
  expect(use({ cpu: parts, memory })).toMatchObject({ replicas: 1, cpuSeconds: 66, memoryBytes: 1e9 });
});

test('pods whose containers nobody tells apart are read as they are', () => {
  const whole = (labels: Record<string, string>, of: (seconds: number) => number) =>
    every15s({ name: 'digits-v1', container: '', pod: '', ...labels }, of);
  const queries = { ...QUERIES, podLabel: 'name' };
  const found = use({ cpu: [whole({}, (s) => s)], memory: [whole({}, () => 7)] }, 'v1', queries);
  expect(found).toMatchObject({ replicas: 1, cpuSeconds: 60, memoryBytes: 7 });
});

test('pods are of the workload whose name theirs begins with, the longest of them, and of no other', () => {
  const hash = '6d4cf56db6-x7k2p';
  const pods = [
    `digits-v1-${hash}`,
    `digits-v12-${hash}`,
    `digits-v123-${hash}`,
    `digits-v1-shadow-${hash}`,
    'other-1',
  ];
  const readings = { cpu: pods.map((pod) => busy(pod)), memory: pods.map((pod) => sized(pod)) };
  expect(use(readings)).toMatchObject({ replicas: 1 });
  expect(use(readings, 'v12')).toMatchObject({ replicas: 1 });
  const nested = { ...QUERIES, workloads: { digits: 'all', 'digits-v1': 'v1' } };
  expect(use(readings, 'all', nested)).toBeUndefined();
  expect(use(readings, 'v1', nested)).toMatchObject({ replicas: 1 });
  const sets = { ...QUERIES, workloads: { other: 'v3' } };
  expect(use(readings, 'v3', sets), 'of a stateful set').toMatchObject({ replicas: 1 });
});

test('times are for as long as the requests were counted', () => {
  const readings = { cpu: [busy(POD)], memory: [sized(POD)], gpu: [], gpuMemory: [] };
  const found = resourcesFromPrometheus(TIMES, readings, QUERIES, () => 75_000);
  expect(found.get('v1')?.cpuSeconds).toBeCloseTo(37.5);
});

describe('a version has no use in a batch in which one of its pods', () => {
  const other = 'digits-v1-6d4cf56db6-b9w4c';
  const [cpu, memory] = [busy(other), sized(other)];
  const cut = (series: Series, from: number, to: number): Series => ({
    ...series,
    samples: series.samples.filter(([at]) => at >= from && at <= to),
  });

  test.for([
    ['came', { cpu: [busy(POD), cut(cpu, 95_000, 120_000)], memory: [sized(POD), memory] }],
    ['went', { cpu: [busy(POD), cut(cpu, 0, 80_000)], memory: [sized(POD), memory] }],
    ['has no counter', { cpu: [busy(POD)], memory: [sized(POD), memory] }],
    ['has no reading of its memory', { cpu: [busy(POD), cpu], memory: [sized(POD), cut(memory, 0, 60_000)] }],
    ['began a container anew', { cpu: [busy(POD), cut(cpu, 0, 70_000), cut(cpu, 95_000, 120_000)], memory: [sized(POD), memory] }], // prettier-ignore
  ] as const)('%s', ([, readings]) => expect(use(readings)).toBeUndefined());
});

test('GPUs are read where every pod has one, from whichever label names its pod', () => {
  const gpu = (pod: string, value: number, UUID = 'GPU-1') =>
    every15s({ pod: 'dcgm-exporter-9x', exported_pod: pod, container: 'exporter', UUID }, () => value);
  const readings = { cpu: [busy(POD)], memory: [sized(POD)] };
  const two = [gpu(POD, 80), gpu(POD, 40, 'GPU-2'), gpu('training-1', 100)];
  expect(use({ ...readings, gpu: two, gpuMemory: [gpu(POD, 1024)] })).toMatchObject({
    gpuSeconds: 72,
    gpuMemoryBytes: 1024 ** 3,
  });
  const ratio = { ...QUERIES, gpu: { busy: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE', unit: 'ratio', podLabel: 'exported_pod' } } as const; // prettier-ignore
  expect(use({ ...readings, gpu: [gpu(POD, 0.5)] }, 'v1', ratio)).toMatchObject({ gpuSeconds: 30 });
  const second = 'digits-v1-6d4cf56db6-b9w4c';
  const mixed = { cpu: [busy(POD), busy(second)], memory: [sized(POD), sized(second)], gpu: two };
  expect(use(mixed)).not.toHaveProperty('gpuSeconds');
});
