import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialPmf } from '../../../gates/binomial.ts';
import { nonInferiorityPValue, rowsNeeded } from '../../../activities/validation/noninferiority.ts';
import { pairedTable, tangoScore, worsePValue } from '../../../activities/validation/paired-table.ts';

const table = (rows: number, onlyCandidateWrong: number, onlyStableWrong: number) => ({
  rows,
  onlyCandidateWrong,
  onlyStableWrong,
});

describe('the paired table', () => {
  it('counts the rows that just one of the two got wrong, in a slice when asked', () => {
    const [candidate, stable] = [
      [1, 0, 0, 1, 0],
      [1, 1, 0, 0, 1],
    ];
    expect(pairedTable(candidate, stable)).toEqual(table(5, 2, 1));
    expect(pairedTable(candidate, stable, [1, 1, 0, 1, 0])).toEqual(table(3, 1, 1));
  });

  it("gives McNemar's exact p-value", () => {
    // scipy 1.17.1: binomtest(12, 14, 0.5, alternative='greater')
    expect(worsePValue(table(100, 12, 2))).toBeCloseTo(0.0064697265625, 12);
    expect(worsePValue(table(100, 0, 0))).toBe(1);
  });

  it("gives Tango's score", () => {
    // T. Tango, Statistics in Medicine 17 (1998), p. 902: 44 lenses, one differing pair, margin 0.1, Z = 1.709.
    expect(tangoScore(table(44, 1, 0), 0.1)).toBeCloseTo(-1.709, 3);
    // Without a margin it is McNemar's statistic.
    expect(tangoScore(table(100, 12, 2), 0)).toBeCloseTo(10 / Math.sqrt(14), 12);
  });
});

describe('non-inferiority', () => {
  it('is exact where nothing differs: the chance of no difference at all', () => {
    const beta = 0.05;
    expect(nonInferiorityPValue(table(100, 0, 0), 0.02, beta)).toBeCloseTo(0.98 ** 100 + beta / 50, 6);
  });

  it('is proved with enough rows, and not with few', () => {
    expect(nonInferiorityPValue(table(600, 3, 3), 0.02, 0.05)).toBeLessThan(0.01);
    expect(nonInferiorityPValue(table(60, 0, 0), 0.02, 0.05)).toBeGreaterThan(0.2);
    expect(nonInferiorityPValue(table(0, 0, 0), 0.02, 0.05)).toBe(1);
    expect(nonInferiorityPValue(table(600, 20, 3), 0.02, 0.05)).toBeGreaterThan(0.5);
  });

  it('passes a candidate that is worse by the margin at most as often as beta says, whatever share differs', () => {
    const [rows, margin, beta] = [24, 0.12, 0.05];
    const proved: [number, number][] = [];
    for (let b = 0; b <= rows; b += 1) {
      for (let c = 0; c <= rows - b; c += 1) {
        if (nonInferiorityPValue(table(rows, b, c), margin, beta) <= beta) proved.push([b, c]);
      }
    }
    expect(proved.length).toBeGreaterThan(0);
    for (const differing of [0.121, 0.15, 0.22, 0.37, 0.51, 0.74, 0.93]) {
      const candidateShare = (differing + margin) / 2 / differing;
      const passed = proved.reduce(
        (sum, [b, c]) => sum + binomialPmf(b + c, rows, differing) * binomialPmf(b, b + c, candidateShare),
        0,
      );
      expect(passed).toBeLessThanOrEqual(beta);
    }
  });

  it('gets harder with every row that only the candidate has wrong, and easier with a wider margin', () => {
    const counts = fc.tuple(fc.integer({ min: 40, max: 400 }), fc.integer({ min: 0, max: 12 }), fc.nat({ max: 12 }));
    fc.assert(
      fc.property(counts, fc.double({ min: 0.01, max: 0.1, noNaN: true }), ([rows, b, c], margin) => {
        const p = nonInferiorityPValue(table(rows, b, c), margin, 0.05);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(tangoScore(table(rows, b + 1, c), margin)).toBeGreaterThan(tangoScore(table(rows, b, c), margin));
        expect(tangoScore(table(rows, b, c), margin + 0.01)).toBeLessThan(tangoScore(table(rows, b, c), margin));
      }),
      { numRuns: 40 },
    );
  });

  it('takes little time for many rows', () => {
    expect(nonInferiorityPValue(table(100_000, 5_000, 5_000), 0.002, 0.05)).toBeCloseTo(0.0238, 3);
    expect(nonInferiorityPValue(table(2_000_000, 90_000, 90_000), 0.002, 0.05)).toBeLessThan(0.001);
  });

  it('tells how many rows would do, and nothing where none would', () => {
    const needed = rowsNeeded(table(60, 0, 0), 0.02, 0.05);
    expect(needed).toBeGreaterThan(100);
    expect(needed).toBeLessThan(400);
    expect(rowsNeeded(table(100, 5, 0), 0.02, 0.05)).toBeNull();
  });
});
