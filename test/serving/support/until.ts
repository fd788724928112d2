import { setTimeout as delay } from 'node:timers/promises';

/** Looks every 20 ms until `look` gives something; rejects with what it gave last when that takes too long. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  isThere: (seen: T) => boolean = Boolean,
  limitMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (isThere(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(`waited ${limitMs} ms for ${what}; last seen: ${JSON.stringify(seen)?.slice(0, 2000)}`);
    await delay(20);
  }
}
