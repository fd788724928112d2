import { setTimeout as sleep } from 'node:timers/promises';

/** Waits that double, up to a cap. */
export class Backoff {
  #waitMs: number;
  readonly #firstMs: number;
  readonly #capMs: number;

  constructor(firstMs: number, capMs: number) {
    this.#firstMs = firstMs;
    this.#capMs = capMs;
    this.#waitMs = firstMs;
  }

  /** The next wait, in milliseconds. */
  next(): number {
    const waitMs = this.#waitMs;
    this.#waitMs = Math.min(this.#capMs, waitMs * 2);
    return waitMs;
  }

  reset(): void {
    this.#waitMs = this.#firstMs;
  }
}

/** Sleeps until the time is over or the signal aborts; returns whether it was aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return signal.aborted;
}
