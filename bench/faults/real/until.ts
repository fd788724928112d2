import { setTimeout as delay } from 'node:timers/promises';

/** Asks until `holds` says so or the time is over; a question that fails counts as no. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  limitMs: number,
  everyMs = 50,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  let last = '';
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = ` (${error instanceof Error ? error.message : String(error)})`;
    }
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1_000} s for: ${what}${last}`);
    await delay(everyMs);
  }
}
