import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FeatureProfile } from '../../domain/profile.ts';
import type { Value } from '../../domain/bins.ts';
import { binOf } from '../../domain/bins.ts';
import {
  countInto,
  faultOf,
  mostTelling,
  MOST_PROFILED,
  noCounts,
  profileBins,
  usualShare,
} from '../../domain/profile.ts';

function profiled(values: readonly (Value | null)[]): FeatureProfile {
  const numbers = values.filter((value) => typeof value === 'number');
  const range = numbers.length > 0 ? ([Math.min(...numbers), Math.max(...numbers)] as const) : null;
  const found = profileBins(values, range);
  if (!found) throw new Error('no feature');
  const counts = noCounts(found.bins);
  for (const value of values) countInto(counts, found.bins, value);
  return { ...found, counts, range: found.bins.kind === 'numbers' ? range : null };
}

const fault = (feature: FeatureProfile, value: Value | null) => faultOf(feature, value, binOf(feature.bins, value));
const AGES = Array.from({ length: 100 }, (_, i) => 20 + i * 0.5);

describe('the profile of a feature', () => {
  test('has about equally many numbers in ten bins, and none beyond either end', () => {
    const { bins, counts, type, range } = profiled(AGES);
    expect([bins.kind, type, range]).toEqual(['numbers', 'number', [20, 69.5]]);
    expect(counts).toEqual([0, ...new Array<number>(10).fill(10), 0, 0]);
  });

  test('finds nothing wrong with any value that it was made from, but that it is missing', () => {
    const value = fc.oneof(fc.integer(), fc.constantFrom('a', 'b', 'c'), fc.boolean(), fc.constant(null));
    const sample = fc.oneof(
      fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.constant(null)), { minLength: 1 }),
      fc.array(value, { minLength: 1, maxLength: 100 }),
      fc.array(fc.constantFrom('a', 'b', null), { minLength: 1 }),
    );
    fc.assert(
      fc.property(sample, (values) => {
        fc.pre(values.some((one) => one !== null) && new Set(values.map((one) => typeof one)).size <= 1);
        // Texts of which most are different are ids: no feature.
        fc.pre(profileBins(values, null) !== null);
        const feature = profiled(values);
        expect(feature.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        for (const one of values) expect(fault(feature, one)).toBeNull();
      }),
    );
  });

  test('tells apart what is missing, of another type, out of range, or a category that never was', () => {
    const age = profiled(AGES);
    const light = profiled(Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 'night' : 'day')));
    const count = profiled(Array.from({ length: 40 }, (_, i) => i));
    expect([null, '30', 500, -500, 72].map((value) => fault(age, value))).toEqual([
      'missing',
      'type',
      'range',
      'range',
      null,
    ]);
    expect(['night', 'dusk', 1, null].map((value) => fault(light, value))).toEqual([
      null,
      'category',
      'type',
      'missing',
    ]);
    expect([3, 3.5].map((value) => fault(count, value))).toEqual([null, 'type']);
  });

  test('knows how many were missing as a rule', () => {
    const holed = profiled(AGES.map((age, i) => (i % 4 === 0 ? null : age)));
    expect(usualShare(holed, 'missing')).toBe(0.25);
    expect(usualShare(holed, 'range')).toBe(0);
  });

  test('is none of ids and documents', () => {
    const ids = Array.from({ length: 50 }, (_, i) => `user ${i}`);
    expect(profileBins(ids, null)).toBeNull();
    expect(profileBins([null, null], null)).toBeNull();
  });
});

test('of many features those are kept whose values vary most, in their order', () => {
  const features = Object.fromEntries(
    Array.from({ length: MOST_PROFILED + 10 }, (_, i) => {
      const isDull = i % 3 === 0 && i < 30;
      return [`f${i}`, profiled(AGES.map((age) => (isDull ? 1 : age)))];
    }),
  );
  const kept = Object.keys(mostTelling(features));
  expect(kept).toHaveLength(MOST_PROFILED);
  expect(kept.some((name) => Number(name.slice(1)) % 3 === 0 && Number(name.slice(1)) < 30)).toBe(false);
  expect(kept).toEqual(Object.keys(features).filter((name) => kept.includes(name)));
});
