import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often memory is given back, in milliseconds; it takes about a tenth of a second. */
const EVERY_MS = 60_000;

/**
 * Gives the memory back that a burst of work leaves behind, once a minute.
 *
 * V8 keeps the pages of what it has freed, three times what is in use after a start or after hundreds of rollouts, in case
 * another burst follows. A worker waits most of its life.
 */
export function tidyMemory(everyMs = EVERY_MS): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
  setInterval(() => void collect({ type: 'major', flavor: 'last-resort' }), everyMs).unref();
}
