import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { TwoArms } from '../../gates/two-arms.ts';
import { excessBet } from '../../gates/excess-bet.ts';
import { lnPartition, oddsBet } from '../../gates/odds-bet.ts';
import { pairBet } from '../../gates/pair-bet.ts';
import { rateBet } from '../../gates/rate-bet.ts';

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
const bernoulli = (k: number, n: number, p: number) => choose(n, k) * p ** k * (1 - p) ** (n - k);
const range = (n: number) => Array.from({ length: n + 1 }, (_, k) => k);

/** Expectation of each line's e-value over all tables of these sizes under independent rates. */
function expectation(
  sizes: { candidate: number; stable: number },
  rates: { c: number; s: number },
  bet: Bet,
): number[] {
  const totals: number[] = [];
  for (const candidateBad of range(sizes.candidate))
    for (const stableBad of range(sizes.stable)) {
      const chance = bernoulli(candidateBad, sizes.candidate, rates.c) * bernoulli(stableBad, sizes.stable, rates.s);
      bet({ ...sizes, candidateBad, stableBad }).forEach(
        (x, i) => (totals[i] = (totals[i] ?? 0) + chance * Math.exp(x)),
      );
    }
  return totals;
}

type Bet = (table: TwoArms) => number[];

describe('odds bet', () => {
  const sizes = { candidate: 5, stable: 9 };
  const alternatives = [0.3, 1, 3];

  test('is worth exactly 1 on average when the arms are alike, whatever the base rate', () => {
    for (const rate of [0.01, 0.3, 0.9])
      for (const mean of expectation(sizes, { c: rate, s: rate }, (table) => oddsBet(table, 0, alternatives)))
        expect(mean).toBeCloseTo(1, 9);
  });

  test('is worth less than 1 on average when the candidate is better, and more when it is worse', () => {
    for (const mean of expectation(sizes, { c: 0.1, s: 0.3 }, (table) => oddsBet(table, 0, alternatives)))
      expect(mean).toBeLessThan(1);
    for (const mean of expectation(sizes, { c: 0.6, s: 0.2 }, (table) => oddsBet(table, 0, alternatives)))
      expect(mean).toBeGreaterThan(1);
  });

  test('is worth exactly 1 on average at the edge of the tolerated odds', () => {
    const odds = (p: number) => p / (1 - p);
    const c = (2 * odds(0.2)) / (1 + 2 * odds(0.2));
    const means = expectation(sizes, { c, s: 0.2 }, (table) => oddsBet(table, Math.log(2), [1, 2]));
    for (const mean of means) expect(mean).toBeCloseTo(1, 9);
  });

  test('says nothing without both arms, or when all answers are alike', () => {
    expect(oddsBet({ candidateBad: 3, candidate: 5, stableBad: 0, stable: 0 }, 0, [1, 2])).toEqual([0, 0]);
    expect(oddsBet({ candidateBad: 0, candidate: 5, stableBad: 0, stable: 9 }, 0, [1])).toEqual([0]);
    expect(oddsBet({ candidateBad: 5, candidate: 5, stableBad: 9, stable: 9 }, 0, [1])).toEqual([0]);
  });

  test('sums the same as term by term', () => {
    const counts = fc.tuple(
      fc.nat(30),
      fc.nat(60),
      fc.nat(20),
      fc.nat(40),
      fc.double({ min: -4, max: 4, noNaN: true }),
    );
    fc.assert(
      fc.property(counts, ([candidateBad, stableBad, candidateGood, stableGood, theta]) => {
        const [candidate, stable] = [candidateBad + candidateGood, stableBad + stableGood];
        const bad = candidateBad + stableBad;
        const possible = range(Math.min(candidate, bad)).filter((k) => bad - k <= stable);
        const sum = possible.reduce(
          (all, k) => all + choose(candidate, k) * choose(stable, bad - k) * Math.exp(theta * k),
          0,
        );
        expect(lnPartition({ candidateBad, candidate, stableBad, stable }, theta)).toBeCloseTo(Math.log(sum), 8);
      }),
    );
  });

  test('stays finite for a hundred thousand requests of a dead candidate', () => {
    const [lnE] = oddsBet({ candidateBad: 50_000, candidate: 50_000, stableBad: 100, stable: 50_000 }, 0, [4]);
    expect(lnE).toBeGreaterThan(1_000);
    expect(Number.isFinite(lnE)).toBe(true);
  });
});

describe('excess bet', () => {
  const earlier = { all: { stableBad: 7, stable: 160 }, recent: { stableBad: 0, stable: 20 } };

  test('never gains on average while the candidate is worse by the margin or more', () => {
    for (const margin of [0.01, 0.1, 0.5])
      for (const s of [0, 0.02, 0.2, 0.5])
        for (const excess of [margin, margin + 0.2, margin + 0.45])
          for (const sizes of [
            { candidate: 3, stable: 12 },
            { candidate: 8, stable: 3 },
            { candidate: 6, stable: 0 },
          ]) {
            if (s + excess > 1) continue;
            const means = expectation(sizes, { c: s + excess, s }, (table) => excessBet(table, margin, earlier));
            for (const mean of means) expect(mean).toBeLessThanOrEqual(1 + 1e-9);
          }
  });

  test('gains on average when the candidate is as good as stable', () => {
    const [mean] = expectation({ candidate: 8, stable: 20 }, { c: 0.04, s: 0.04 }, (t) => excessBet(t, 0.1, earlier));
    expect(mean).toBeGreaterThan(1.2);
  });

  test('proves nothing about a margin of zero', () => {
    const table = { candidateBad: 0, candidate: 100, stableBad: 0, stable: 400 };
    expect(excessBet(table, 0, earlier)).toEqual([0, 0, 0, 0]);
  });
});

describe('rate bet', () => {
  test('is worth exactly 1 on average at the limit, and less on the far side of it', () => {
    const mean = (rate: number, line: number) =>
      range(12).reduce((sum, k) => sum + bernoulli(k, 12, rate) * Math.exp(rateBet(k, 12, 0.1, [line])[0] ?? 0), 0);
    expect(mean(0.1, 0.3)).toBeCloseTo(1, 9);
    expect(mean(0.1, 0.02)).toBeCloseTo(1, 9);
    expect(mean(0.05, 0.3)).toBeLessThan(1);
    expect(mean(0.2, 0.02)).toBeLessThan(1);
  });
});

describe('pair bet', () => {
  test('never gains on average while the mirrored version fails more often by the margin', () => {
    for (const margin of [0.01, 0.2])
      for (const only of [0, 0.05, 0.3]) {
        const chances = { onlyAgainst: only, onlyVersion: only + margin };
        const same = 1 - chances.onlyAgainst - chances.onlyVersion;
        const outcomes = [
          [chances.onlyVersion, { onlyVersion: 1, onlyAgainst: 0, same: 0 }],
          [chances.onlyAgainst, { onlyVersion: 0, onlyAgainst: 1, same: 0 }],
          [same, { onlyVersion: 0, onlyAgainst: 0, same: 1 }],
        ] as const;
        for (const line of [0, 1, 2]) {
          const mean = outcomes.reduce((sum, [p, pair]) => sum + p * Math.exp(pairBet(pair, margin)[line] ?? 0), 0);
          expect(mean).toBeCloseTo(1, 9);
        }
      }
  });
});
