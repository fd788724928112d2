import { expect, test } from 'vitest';
import { backoffMs, retryAfterMs } from '../src/retry.ts';

test('waits double up to the longest, each between half and all of it', () => {
  const policy = { retries: 9, backoffMs: 100, maxBackoffMs: 1000 };
  const longest = [1, 2, 3, 4, 5, 6].map((retry) => backoffMs(policy, retry, () => 1));
  const shortest = [1, 2, 3, 4, 5, 6].map((retry) => backoffMs(policy, retry, () => 0));
  expect(longest).toEqual([100, 200, 400, 800, 1000, 1000]);
  expect(shortest).toEqual([50, 100, 200, 400, 500, 500]);
});

test('Retry-After is read as seconds or as a date, and ignored where it is neither', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterMs('3', now)).toBe(3000);
  expect(retryAfterMs('0', now)).toBe(0);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(5000);
  expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
  expect(retryAfterMs('soon', now)).toBeUndefined();
  expect(retryAfterMs(null, now)).toBeUndefined();
});
