import type { ResourceUse } from '../../../domain/gate-batch.ts';
import type { Instances } from './cloudwatch-queries.ts';

/** Means over a variant's instances, in percent, by the start of their period. */
type Shares = Readonly<Record<'cpu' | 'memory' | 'gpu' | 'gpuMemory', ReadonlyMap<number, number>>>;

/**
 * What the instances of a variant used in whole periods; `null` where a period lacks it.
 *
 * Processor and GPU shares are of one core and of one GPU, and add up over those of an instance: 400 % is four of them. GPU
 * memory adds up likewise; memory is a share of the instance's.
 */
export function resourcesFromCloudWatch(
  shares: Shares,
  periods: readonly number[],
  periodSeconds: number,
  { count, memoryBytes, gpuMemoryBytes }: Instances,
): ResourceUse | null {
  const seconds = periods.length * periodSeconds * count;
  const [cpu, memory] = [meanOf(shares.cpu, periods), meanOf(shares.memory, periods)];
  const [gpu, gpuMemory] = [meanOf(shares.gpu, periods), meanOf(shares.gpuMemory, periods)];
  if (cpu === null || memory === null) return null;
  return {
    replicas: count,
    samples: periods.length,
    cpuSeconds: milli(cpu * seconds),
    memoryBytes: Math.round(memory * memoryBytes),
    ...(gpu !== null && { gpuSeconds: milli(gpu * seconds) }),
    ...(gpuMemory !== null &&
      gpuMemoryBytes !== undefined && { gpuMemoryBytes: Math.round(gpuMemory * gpuMemoryBytes) }),
  };
}

/** As a fraction; `null` where a period has none. */
function meanOf(percent: ReadonlyMap<number, number>, periods: readonly number[]): number | null {
  if (periods.some((at) => !percent.has(at))) return null;
  return periods.reduce((sum, at) => sum + (percent.get(at) ?? 0), 0) / periods.length / 100;
}

function milli(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
