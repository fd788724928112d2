import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { STAKED_FIRST, reserve, stakeAt } from '../../gates/stakes.ts';

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
const stakes = (batches: number, horizon: number | null) =>
  Array.from({ length: batches }, (_, i) => stakeAt(i + 1, horizon));

/** More than the whole stake would be worth more than 1 on the mean, and false alarms more often than alpha. */
const WHOLE = 1 + 1e-12;

describe('the stakes on faults that begin at some batch', () => {
  test('add up to no more than the whole over a known number of batches, and to just that', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 2_000 }), fc.integer({ min: 1, max: 4_000 }), (horizon, batches) => {
        expect(sum(stakes(batches, horizon))).toBeLessThanOrEqual(WHOLE);
        expect(sum(stakes(horizon, horizon))).toBeCloseTo(1, 9);
      }),
    );
  });

  test('add up to no more than the whole however long a gate watches, and leave some for later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), (batches) => {
        const staked = sum(stakes(batches, null));
        expect(staked).toBeLessThan(1);
        expect(staked + reserve(batches, STAKED_FIRST)).toBeCloseTo(1, 9);
        expect(stakeAt(batches + 1, null)).toBeGreaterThan(0);
      }),
      { numRuns: 30 },
    );
  });

  test('are never negative, and numbers for a horizon of one batch, too', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), fc.option(fc.integer({ min: 1, max: 500 })), (t, horizon) => {
        const stake = stakeAt(t, horizon);
        expect(stake).toBeGreaterThanOrEqual(0);
        expect(stake).toBeLessThanOrEqual(STAKED_FIRST);
      }),
    );
  });

  test('are even after the first batch where the horizon is known: a fault at the end finds as much as one early', () => {
    const [, ...later] = stakes(60, 60);
    for (const stake of later) expect(stake).toBeCloseTo((1 - STAKED_FIRST) / 59, 12);
    expect(stakeAt(61, 60)).toBe(0);
  });

  test('fall as 1/(t ln² t) where it is not: less than a hundredth of it is left to one of the thousandth batch', () => {
    const all = stakes(1_000, null);
    expect(all).toEqual(all.toSorted((a, b) => b - a));
    expect((all.at(-1) ?? 0) * 1_000 * Math.log(1_000) ** 2).toBeCloseTo(1 - STAKED_FIRST, 1);
  });
});
