import type { ResourceUse } from '../../../domain/gate-batch.ts';
import type { ProcessUse } from './process-use.ts';

/** What one server uses of GPUs from reading to reading. */
export interface GpuMeter {
  add(use: ProcessUse, now: number): void;
  /** Of an interval of so many milliseconds that ends now; nothing where no reading told. Begins the next one. */
  take(durationMs: number): Pick<ResourceUse, 'gpuSeconds' | 'gpuMemoryBytes'>;
}

export function createGpuMeter(): GpuMeter {
  let last: { readonly at: number; readonly seconds: number } | null = null;
  let [spanMs, seconds] = [0, 0];
  let memory: number[] = [];
  return {
    add({ gpuSeconds, gpuMemoryBytes }, now) {
      const before = last;
      last = gpuSeconds === undefined ? null : { at: now, seconds: gpuSeconds };
      if (gpuMemoryBytes !== undefined) memory.push(gpuMemoryBytes);
      // Less than before: one of its processes has ended, and what it used meanwhile nobody knows.
      if (before === null || last === null || last.seconds < before.seconds) return;
      spanMs += now - before.at;
      seconds += last.seconds - before.seconds;
    },
    take(durationMs) {
      const rate = spanMs > 0 ? seconds / spanMs : null;
      const bytes = memory.length > 0 ? memory.reduce((sum, each) => sum + each, 0) / memory.length : null;
      [spanMs, seconds] = [0, 0];
      memory = [];
      return {
        ...(rate !== null && { gpuSeconds: Math.round(rate * durationMs * 1000) / 1000 }),
        ...(bytes !== null && { gpuMemoryBytes: Math.round(bytes) }),
      };
    },
  };
}
