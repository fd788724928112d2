import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import {
  EMPTY_HISTOGRAM,
  addSketch,
  countAbove,
  indexToMs,
  msToIndex,
  quantileIndex,
  ratioToBuckets,
} from '../../gates/histogram.ts';
import { latency, random } from './support/random.ts';
import { sketch } from './support/batches.ts';

const sketches = fc.array(
  fc.uniqueArray(fc.tuple(fc.integer({ min: -200, max: 500 }), fc.integer({ min: 1, max: 50 })), {
    selector: ([index]) => index,
    maxLength: 60,
  }),
  { maxLength: 10 },
);

describe('the remembered histogram', () => {
  test('keeps every count and at most so many buckets', () => {
    fc.assert(
      fc.property(sketches, (all) => {
        const sorted = all.map((one) => one.toSorted(([a], [b]) => a - b));
        const histogram = sorted.reduce((sum, one) => addSketch(sum, one, 32), EMPTY_HISTOGRAM);
        const total = sorted.flat().reduce((sum, [, n]) => sum + n, 0);
        expect(histogram.gapsAndCounts.length).toBeLessThanOrEqual(64);
        if (total <= 8_000) expect(histogram.total).toBe(total);
      }),
    );
  });

  test('gives quantiles within a bucket of the true ones, also after old counts were halved', () => {
    const next = random(1);
    let histogram = EMPTY_HISTOGRAM;
    for (let i = 0; i < 200; i += 1)
      histogram = addSketch(histogram, sketch(Array.from({ length: 100 }, () => latency(next, 60))), 64);
    expect(histogram.total).toBeLessThanOrEqual(8_000);
    for (const [q, z] of [
      [0.5, 0],
      [0.95, 1.645],
      [0.99, 2.326],
    ] as const) {
      const ratio = indexToMs(quantileIndex(histogram, q) ?? 0) / (60 * Math.exp(0.4 * z));
      expect(ratio).toBeGreaterThan(0.93);
      expect(ratio).toBeLessThan(1.15);
    }
  });

  test('follows a latency that changed', () => {
    let histogram = addSketch(EMPTY_HISTOGRAM, [[100, 100_000]], 64);
    for (let i = 0; i < 100; i += 1) histogram = addSketch(histogram, [[200, 500]], 64);
    expect(quantileIndex(histogram, 0.5)).toBe(200);
  });

  test('has no quantile without data', () => {
    expect(quantileIndex(EMPTY_HISTOGRAM, 0.5)).toBeNull();
  });
});

describe('sketch buckets', () => {
  test('hold each latency to one percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (ms) => {
        expect(Math.abs(indexToMs(msToIndex(ms)) / ms - 1)).toBeLessThanOrEqual(0.01 + 1e-9);
      }),
    );
  });

  test('shift a threshold by no more than the ratio asked for', () => {
    expect(ratioToBuckets(0)).toBe(0);
    expect(ratioToBuckets(0.5)).toBe(20);
    expect(ratioToBuckets(1)).toBe(34);
  });

  test('are counted above an index, not at it', () => {
    expect(
      countAbove(
        [
          [1, 2],
          [5, 3],
          [9, 4],
        ],
        5,
      ),
    ).toEqual({ n: 9, above: 4 });
  });
});
