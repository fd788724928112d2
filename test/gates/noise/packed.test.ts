import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { packWeights, unpackWeights } from '../../../gates/noise/packed.ts';

/** Weights by how far their logarithms lie below that of 1: some far beyond what is kept, some nothing at all. */
const depth = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0, max: 15, noNaN: true }) },
  { weight: 2, arbitrary: fc.double({ min: 15, max: 80, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Infinity) },
);
const weights = fc
  .tuple(fc.array(depth, { maxLength: 150 }), fc.nat(150), fc.double({ min: -300, max: 300, noNaN: true }))
  .map(([depths, at, scale]) => depths.toSpliced(at, 0, 0).map((below) => Math.exp(scale - below)));

const belowTop = (all: readonly number[], weight: number) => Math.log(Math.max(...all)) - Math.log(weight);

describe('weights that were packed and unpacked', () => {
  test('are as many as before, and relative to the largest one, which is 1', () => {
    fc.assert(
      fc.property(weights, (all) => {
        const back = unpackWeights(packWeights(all));
        expect(back).toHaveLength(all.length);
        expect(Math.max(...back)).toBe(1);
      }),
    );
  });

  test('are within 0.15 % of what they were at the top, and within 1 % at a millionth of it', () => {
    fc.assert(
      fc.property(weights, (all) => {
        unpackWeights(packWeights(all)).forEach((weight, i) => {
          const below = belowTop(all, all[i] ?? 0);
          if (below <= 15) expect(Math.abs(Math.log(weight) + below)).toBeLessThanOrEqual(0.0015 * (1 + below / 4));
        });
      }),
    );
  });

  test('are nothing where they were beyond e⁻⁴⁰ of the largest, and something where they were above e⁻¹⁵', () => {
    fc.assert(
      fc.property(weights, (all) => {
        unpackWeights(packWeights(all)).forEach((weight, i) => {
          const below = belowTop(all, all[i] ?? 0);
          if (below > 40) expect(weight).toBe(0);
          if (below < 15) expect(weight).toBeGreaterThan(0);
        });
      }),
    );
  });

  test('are in the same order', () => {
    fc.assert(
      fc.property(weights, (all) => {
        const back = unpackWeights(packWeights(all.toSorted((a, b) => a - b)));
        expect(back).toEqual(back.toSorted((a, b) => a - b));
      }),
    );
  });

  test('are the same text when packed again, so that a gate that only waits does not drift', () => {
    fc.assert(
      fc.property(weights, (all) => {
        const text = packWeights(all);
        expect(packWeights(unpackWeights(text))).toBe(text);
      }),
    );
  });
});

describe('the text', () => {
  test('has at most two characters a weight, none of which JSON escapes', () => {
    fc.assert(
      fc.property(weights, (all) => {
        const text = packWeights(all);
        expect(text.length).toBeLessThanOrEqual(2 * all.length);
        expect(JSON.stringify(text)).toHaveLength(text.length + 2);
      }),
    );
  });

  test('has two for up to 64 neighbours that are nothing', () => {
    for (const [none, most] of [
      [1, 4],
      [64, 4],
      [65, 6],
      [133, 8],
    ] as const) {
      const all = [1, ...Array.from({ length: none }, () => 0)];
      expect(packWeights(all).length).toBeLessThanOrEqual(most);
      expect(unpackWeights(packWeights(all))).toEqual(all);
    }
  });

  test('is that of nothing where there is nothing, and never of what is no number', () => {
    expect(unpackWeights(packWeights([0, 0, 0]))).toEqual([0, 0, 0]);
    expect(unpackWeights(packWeights([]))).toEqual([]);
  });
});
