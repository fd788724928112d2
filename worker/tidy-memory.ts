import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** When memory is given back, which takes one to two tenths of a second. */
export interface Tidying {
  /** After this long in any case, in milliseconds. */
  readonly everyMs: number;
  /** As soon as the heap has grown by this much since, in bytes, and how often that is looked at, in milliseconds. */
  readonly spareBytes: number;
  readonly lookMs: number;
}

const TIDYING: Tidying = { everyMs: 60_000, spareBytes: 64 * 1_048_576, lookMs: 5_000 };

/**
 * Gives the memory back that work leaves behind, once a minute, and earlier if it is much.
 *
 * V8 keeps the pages of what it has freed, three times what is in use after a start or among hundreds of watches, in case
 * another burst follows. A worker waits most of its life.
 */
export function tidyMemory({ everyMs, spareBytes, lookMs }: Tidying = TIDYING): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
  let [left, at] = [heapBytes(), performance.now()];
  setInterval(() => {
    if (heapBytes() - left < spareBytes && performance.now() - at < everyMs) return;
    void collect({ type: 'major', flavor: 'last-resort' });
    [left, at] = [heapBytes(), performance.now()];
  }, lookMs).unref();
}

function heapBytes(): number {
  return getHeapStatistics().total_heap_size;
}
