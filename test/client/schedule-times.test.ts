import { expect, test } from 'vitest';
import { specOf } from '../../client/schedules/times.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-29T13:37:00.000Z');

/** As Temporal reckons: the first moment after `now` that is a whole number of intervals and the offset since 1970. */
function firstAfter(now: number, before?: Parameters<typeof specOf>[2], days = 7): number {
  const [{ every, offset } = { every: 0, offset: 0 }] = specOf({ every: `${days}d` }, now, before).intervals ?? [];
  const [ms, shift] = [Number(every), Number(offset ?? 0)];
  return (Math.floor((now - shift) / ms) + 1) * ms + shift;
}

test('the first time is one interval after the schedule was set, not at a moment that all schedules share', () => {
  expect(firstAfter(NOW)).toBe(NOW + 7 * DAY_MS);
});

test('the same interval set anew keeps its times, another one begins now', () => {
  const before = { intervals: [{ every: 7 * DAY_MS, offset: NOW % (7 * DAY_MS) }] };
  const later = NOW + 3 * DAY_MS;
  expect(firstAfter(later, before)).toBe(NOW + 7 * DAY_MS);
  expect(firstAfter(later, before, 2)).toBe(later + 2 * DAY_MS);
});

test('less than a minute is refused', () =>
  expect(() => specOf({ every: '59s' }, NOW)).toThrow('--every must be at least 1m'));
