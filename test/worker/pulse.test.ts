import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pulse } from '../../worker/pulse.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** How often an activity of so many milliseconds tells that it lives. */
async function beats(ms: number, heartbeatTimeoutMs?: number, taskQueue = 'slipway'): Promise<number> {
  const limit = heartbeatTimeoutMs === undefined ? {} : { heartbeatTimeoutMs };
  const env = new MockActivityEnvironment({ taskQueue, ...limit }, { interceptors: [pulse] });
  let count = 0;
  env.on('heartbeat', () => void (count += 1));
  const done = env.run(() => new Promise((resolve) => setTimeout(resolve, ms)));
  await vi.advanceTimersByTimeAsync(ms);
  await done;
  await vi.advanceTimersByTimeAsync(60_000);
  return count;
}

test('a step that takes seconds tells that it lives, until it ends', async () => {
  expect(await beats(4_500, 10_000)).toBe(4);
  expect(await beats(4_500, 5_000, 'slipway-traffic')).toBe(4);
});

test('a short step costs no call', async () => {
  expect(await beats(900, 10_000)).toBe(0);
});

test('a step that tells by itself what it is at is not talked over', async () => {
  expect(await beats(4_500, 30_000)).toBe(0);
  expect(await beats(4_500, 10_000, 'slipway-watch')).toBe(0);
  expect(await beats(4_500)).toBe(0);
});
