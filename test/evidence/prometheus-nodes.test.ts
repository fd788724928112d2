import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPrometheusSource } from '../../activities/evidence/sources/prometheus.ts';
import { findPrometheus } from '../support/prometheus.ts';
import { until } from '../serving/support/until.ts';
import { LIMIT_MS, SCRAPE_MS, startExporter, startScraping } from './support/scraping.ts';
import type { Exporter, Scraping } from './support/scraping.ts';

const programs = await findPrometheus();
if ('missing' in programs) console.warn(`no test of resources against a real Prometheus: ${programs.missing}`);

const PODS = {
  'digits-v1-6d4cf56db6-x7k2p': 0.5,
  'digits-v1-6d4cf56db6-b9w4c': 0.5,
  'digits-v2-58c9d7f6b4-qq2lm': 1.5,
};
/** cAdvisor looks at its containers at times of its own, and gives them with its readings. */
const LOOK_MS = 170;
const GIB = 1024 ** 3;

describe.skipIf('missing' in programs)('what pods use, by a real Prometheus', () => {
  let prometheus: Scraping;
  const exporters: Exporter[] = [];

  beforeAll(async () => {
    if ('missing' in programs) return;
    const serving = await startExporter(() => [
      '# TYPE requests_total counter',
      ...['1', '2'].map((version) => `requests_total{version="${version}"} 100`),
    ]);
    const [kubelet, dcgm] = [await startExporter(cadvisorLines), await startExporter(dcgmLines)];
    exporters.push(serving, kubelet, dcgm);
    prometheus = await startScraping(programs.prometheus, [
      { job_name: 'gateway', static_configs: [{ targets: [serving.address] }] },
      { job_name: 'kubelet', static_configs: [{ targets: [kubelet.address] }] },
      // Scraped by way of the exporter's own pod: what it says of pods becomes `exported_pod`.
      { job_name: 'dcgm', static_configs: [{ targets: [dcgm.address], labels: { pod: 'dcgm-exporter-9xk2' } }] },
    ]);
  }, LIMIT_MS);

  afterAll(async () => {
    await prometheus.stop();
    for (const exporter of exporters) exporter.stop();
  });

  test(
    'processor time, memory and GPU of each version, from the series of cAdvisor and of the DCGM exporter',
    async () => {
      const source = createPrometheusSource({
        url: prometheus.url,
        queries: {
          requests: 'requests_total',
          errors: 'requests_total{code=~"5.."}',
          versionLabel: 'version',
          versions: { '1': 'v1', '2': 'v2' },
          scrapeMs: SCRAPE_MS,
          resources: {
            cpu: 'container_cpu_usage_seconds_total{namespace="models"}',
            memory: 'container_memory_working_set_bytes{namespace="models"}',
            gpu: { busy: 'DCGM_FI_DEV_GPU_UTIL', unit: 'percent', memory: 'DCGM_FI_DEV_FB_USED', podLabel: 'exported_pod' }, // prettier-ignore
            podLabel: 'pod',
            workloads: { 'digits-v1': 'v1', 'digits-v2': 'v2' },
            // On a busy machine a scrape comes late.
            scrapeMs: 10 * SCRAPE_MS,
          },
        },
      });
      const opened = await seen(Date.now());
      const sealed = await seen(opened + 3_000);
      const { arms } = await source.read({
        ...{ endpoint: 'digits', fence: { epoch: 1, sequence: 1 }, index: 0 },
        ...{ opened: new Date(opened).toISOString(), sealed: new Date(sealed).toISOString() },
      });
      const used = (version: string) => arms.find((arm) => arm.version === version)?.resources;
      expect(used('v1')).toMatchObject({ replicas: 2, memoryBytes: 3 * GIB });
      // For as long as requests were counted, which is from scrape to scrape; the rate is exact by the times of cAdvisor's looks.
      const seconds = (used('v1')?.cpuSeconds ?? 0) / (2 * 0.5);
      expect(Math.abs(seconds - (sealed - opened) / 1000)).toBeLessThan(2);
      expect(used('v2')?.cpuSeconds).toBeCloseTo(1.5 * seconds, 2);
      expect(used('v1')).not.toHaveProperty('gpuSeconds');
      expect(used('v2')?.gpuSeconds).toBeCloseTo(0.8 * seconds, 2);
      expect(used('v2')).toMatchObject({ replicas: 1, memoryBytes: 3 * GIB, gpuMemoryBytes: 5 * GIB });
      expect(used('v2')?.samples).toBeGreaterThan(1);
    },
    LIMIT_MS,
  );

  /** Waits until readings of after a time are there; returns when that was. */
  async function seen(ms: number): Promise<number> {
    const query = 'min(timestamp(container_cpu_usage_seconds_total))';
    await until('a reading', () => prometheus.value(query), (at) => at !== null && at * 1000 > ms, LIMIT_MS); // prettier-ignore
    return Date.now();
  }
});

/** As a kubelet's /metrics/cadvisor has them: the pod's own group and its pause container beside the model's. */
function cadvisorLines(): string[] {
  const at = Math.floor(Date.now() / LOOK_MS) * LOOK_MS;
  const line = (metric: string, container: string, pod: string, value: number) =>
    `${metric}{container="${container}",id="/kubepods.slice/${pod}/${container}",image="",name="${container}",namespace="models",pod="${pod}"} ${value} ${at}`;
  const rows = (metric: string, value: (cores: number) => number) =>
    Object.entries(PODS).flatMap(([pod, cores]) => [
      line(metric, 'model', pod, value(cores)),
      line(metric, 'POD', pod, 1),
      line(metric, '', pod, value(cores) + 1),
    ]);
  return [
    '# TYPE container_cpu_usage_seconds_total counter',
    ...rows('container_cpu_usage_seconds_total', (cores) => ((at % 1e9) / 1000) * cores),
    '# TYPE container_memory_working_set_bytes gauge',
    ...rows('container_memory_working_set_bytes', () => 3 * GIB),
  ];
}

function dcgmLines(): string[] {
  const [pod] = Object.keys(PODS).filter((name) => name.startsWith('digits-v2'));
  const labels = `{gpu="0",UUID="GPU-b3a1",device="nvidia0",modelName="NVIDIA A10G",Hostname="node-1",container="model",namespace="models",pod="${pod}"}`;
  return [
    '# TYPE DCGM_FI_DEV_GPU_UTIL gauge',
    `DCGM_FI_DEV_GPU_UTIL${labels} 80`,
    '# TYPE DCGM_FI_DEV_FB_USED gauge',
    `DCGM_FI_DEV_FB_USED${labels} 5120`,
  ];
}
