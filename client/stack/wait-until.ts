import { setTimeout } from 'node:timers/promises';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

export const pause = (milliseconds: number): Promise<void> => setTimeout(milliseconds);

/**
 * Asks until `probe` succeeds, at first often, then twice a second.
 *
 * @throws the probe's last error when `timeoutMs` is over, or what `givenUp` returns as soon as it returns something
 */
export async function waitUntil<T>(
  probe: () => Promise<T>,
  timeoutMs: number,
  givenUp: () => Error | null = () => null,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(LONGEST_PAUSE_MS, wait * 1.5)) {
    try {
      return await probe();
    } catch (error) {
      const reason = givenUp();
      if (reason) throw reason;
      if (performance.now() >= deadline) throw error;
    }
    await pause(wait);
  }
}

/** Whether `done` came true within the time. */
export async function within(timeoutMs: number, done: () => boolean): Promise<boolean> {
  const probe = async () => {
    if (!done()) throw new Error('not yet');
  };
  return waitUntil(probe, timeoutMs).then(
    () => true,
    () => false,
  );
}
