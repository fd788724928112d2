import type { ResourceUse } from '../../../domain/gate-batch.ts';
import type { Series } from './counter-series.ts';
import type { ResourceQueries } from './prometheus-queries.ts';
import { growth, targetOf } from './counter-series.ts';

/** The series that the queries for resources gave. */
export interface ResourceReadings {
  readonly cpu: readonly Series[];
  readonly memory: readonly Series[];
  readonly gpu: readonly Series[];
  readonly gpuMemory: readonly Series[];
}

export type Times = Record<'opened' | 'sealed' | 'scrapeMs', number>;

/** Since its readings do not begin and end with the interval, by so many scrapes they may miss its ends. */
const NEAR = 2;

const BYTES_PER_MIB = 1024 * 1024;

/**
 * What the pods of each version used in an interval, as far as all of them were read in all of it.
 *
 * A version of which one pod came, went, began anew or was not read has no use in this batch: the others' alone would be
 * divided by the requests of all. Times of processors and GPUs are rates between the readings, for as long as the version's
 * requests were counted in this batch; cAdvisor gives its readings times of its own, which are not those of the scrapes.
 *
 * @param countedMs between the scrapes whose difference a version's requests are, in milliseconds; the interval where `null`
 */
export function resourcesFromPrometheus(
  { scrapeMs: usual, ...interval }: Times,
  readings: ResourceReadings,
  queries: ResourceQueries,
  countedMs: (version: string) => number | null = () => null,
): ReadonlyMap<string, ResourceUse> {
  const { podLabel, workloads, scrapeMs = usual } = queries;
  const times = { ...interval, scrapeMs };
  const gpuLabel = queries.gpu?.podLabel ?? podLabel;
  const byPod = {
    cpu: podsOf(readings.cpu, podLabel),
    memory: podsOf(readings.memory, podLabel),
    gpu: podsOf(readings.gpu, gpuLabel),
    gpuMemory: podsOf(readings.gpuMemory, gpuLabel),
  };
  const pods = Map.groupBy(new Set([...byPod.cpu.keys(), ...byPod.memory.keys()]), (pod) => versionOf(pod, workloads));
  const found = new Map<string, ResourceUse>();
  for (const [version, own] of pods) {
    const use = version === null ? null : useOf(own, byPod, times, { ...queries, countedMs: countedMs(version) });
    if (version !== null && use !== null) found.set(version, use);
  }
  return found;
}

type ByPod = Readonly<Record<keyof ResourceReadings, ReadonlyMap<string, readonly Series[]>>>;

function useOf(
  pods: readonly string[],
  { cpu, memory, gpu, gpuMemory }: ByPod,
  times: Times,
  queries: ResourceQueries & { readonly countedMs: number | null },
): ResourceUse | null {
  const seconds = (queries.countedMs ?? times.sealed - times.opened) / 1000;
  const rates = ofAll(pods, cpu, (series) => rateOf(series, times));
  const bytes = ofAll(pods, memory, (series) => meanOf(series, times));
  if (rates === null || bytes === null) return null;
  const busy = ofAll(pods, gpu, (series) => meanOf(series, times));
  const mebibytes = ofAll(pods, gpuMemory, (series) => meanOf(series, times));
  const readings = pods.flatMap((pod) => memory.get(pod) ?? []).map((series) => within(series, times).length);
  const whole = queries.gpu?.unit === 'ratio' ? 1 : 100;
  return {
    replicas: pods.length,
    samples: Math.min(...readings),
    cpuSeconds: milli(rates * seconds),
    memoryBytes: Math.round(bytes / pods.length),
    ...(busy !== null && { gpuSeconds: milli((busy / whole) * seconds) }),
    ...(mebibytes !== null && { gpuMemoryBytes: Math.round((mebibytes * BYTES_PER_MIB) / pods.length) }),
  };
}

/** The sum over all series of all pods; `null` where one of them is not known. */
function ofAll(
  pods: readonly string[],
  byPod: ReadonlyMap<string, readonly Series[]>,
  value: (series: Series) => number | null,
): number | null {
  const parts = pods.flatMap((pod) => byPod.get(pod)?.map(value) ?? [null]);
  return parts.some((part) => part === null) ? null : parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
}

/** Growth of a counter in a second; `null` where its readings leave out a part of the interval. */
function rateOf(series: Series, { opened, sealed, scrapeMs }: Times): number | null {
  const first = series.samples.findLast(([at]) => at <= opened)?.[0] ?? series.samples[0]?.[0] ?? Infinity;
  const last = series.samples.findLast(([at]) => at <= sealed)?.[0] ?? -Infinity;
  const near = NEAR * scrapeMs;
  if (last <= first || Math.abs(first - opened) > near || sealed - last > near) return null;
  return (growth(series, targetOf([series]), first, last) / (last - first)) * 1000;
}

function meanOf(series: Series, times: Times): number | null {
  const values = within(series, times);
  return values.length === 0 ? null : values.reduce((sum, [, value]) => sum + value, 0) / values.length;
}

function within({ samples }: Series, { opened, sealed }: Times): Series['samples'] {
  return samples.filter(([at]) => at > opened && at <= sealed);
}

/** By pod; of one whose containers are told apart, without the sums over them, and without the one that only holds its network. */
function podsOf(series: readonly Series[], label: string): Map<string, Series[]> {
  const pods = Map.groupBy(series, ({ labels }) => labels[label] ?? '');
  pods.delete('');
  for (const [pod, own] of pods) {
    const containers = own.filter(({ labels }) => (labels['container'] ?? '') !== '' && labels['container'] !== 'POD');
    if (containers.length > 0) pods.set(pod, containers);
  }
  return pods;
}

/** What Kubernetes appends to a workload's name: a template's hash and five characters, those alone, or a number. */
const SUFFIX = /^(|(-[bcdfghjklmnpqrstvwxz2456789]{1,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}|-\d+)$/;

/** A pod is named by its workload; of workloads of which one's name begins another's, the longer one's. */
function versionOf(pod: string, workloads: ResourceQueries['workloads']): string | null {
  const [longest] = Object.keys(workloads)
    .filter((name) => pod.startsWith(name) && SUFFIX.test(pod.slice(name.length)))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? null : (workloads[longest] ?? null);
}

function milli(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
