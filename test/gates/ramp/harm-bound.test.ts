import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TwoArms } from '../../../gates/two-arms.ts';
import { NO_HARM, addHarm, harmBound } from '../../../gates/ramp/harm-bound.ts';

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
const bernoulli = (k: number, n: number, p: number) => choose(n, k) * p ** k * (1 - p) ** (n - k);
const range = (n: number) => Array.from({ length: n + 1 }, (_, k) => k);

/** The boldness of each line, read off what it takes one bad response for: `-ln(1 − θ)`. */
const THETAS = addHarm(NO_HARM, { candidateBad: 1, candidate: 1, stableBad: 0, stable: 0 }).map(
  (x) => 1 - Math.exp(-x),
);

describe('every line of the bound', () => {
  test('is worth at most 1 on average at the true rates, whatever they and the sizes of the arms are', () => {
    for (const sizes of [
      { candidate: 1, stable: 12 },
      { candidate: 6, stable: 6 },
      { candidate: 7, stable: 2 },
      { candidate: 4, stable: 0 },
    ])
      for (const p of [0, 0.01, 0.2, 0.7, 1])
        for (const q of [0, 0.01, 0.2, 0.7, 1])
          for (const mean of expectations(sizes, p, q)) expect(mean).toBeLessThanOrEqual(1 + 1e-4);
  });

  test('is worth nearly 1 where bad responses are rare, so the bound is no wider than it has to be', () => {
    for (const mean of expectations({ candidate: 10, stable: 10 }, 0.01, 0.01)) expect(mean).toBeGreaterThan(0.99);
  });
});

describe('the bound on the harm', () => {
  const bound = (table: TwoArms, beta = 0.05) => harmBound(addHarm(NO_HARM, table), beta, table.candidate);

  test('is all that was sent while little is known, and five requests once nothing bad has come of many', () => {
    expect(bound({ candidateBad: 0, candidate: 3, stableBad: 0, stable: 300 })).toBe(3);
    const clean = [20, 1_000, 1e6].map((candidate) =>
      bound({ candidateBad: 0, candidate, stableBad: 0, stable: candidate }),
    );
    for (const harm of clean) expect(harm).toBeCloseTo(4.3, 1);
  });

  test('grows with the square root of the requests where both arms fail now and then', () => {
    const at = (n: number) => bound({ candidateBad: n / 50, candidate: n, stableBad: n / 50, stable: n });
    expect(at(10_000) / at(1_000)).toBeLessThan(3.4);
    expect(at(100_000) / at(10_000)).toBeLessThan(3.6);
  });

  test('rises with bad responses of the candidate and falls with those of stable', () => {
    const tables = fc.record({
      candidateBad: fc.nat(50),
      good: fc.nat(200),
      stableBad: fc.nat(200),
      stableGood: fc.nat(400),
    });
    fc.assert(
      fc.property(tables, ({ candidateBad, good, stableBad, stableGood }) => {
        // The same number of requests, of which one more, or one fewer, is bad.
        const table = {
          candidateBad,
          candidate: candidateBad + good + 1,
          stableBad,
          stable: stableBad + stableGood + 1,
        };
        expect(bound({ ...table, candidateBad: candidateBad + 1 })).toBeGreaterThanOrEqual(bound(table));
        expect(bound({ ...table, stableBad: stableBad + 1 })).toBeLessThanOrEqual(bound(table));
      }),
    );
  });

  test('is never below the harm that was seen', () => {
    const table = { candidateBad: 60, candidate: 100, stableBad: 45, stable: 900 };
    expect(bound(table)).toBeGreaterThan(60 - 45 / 9);
    expect(bound({ ...table, candidateBad: 100 })).toBeGreaterThan(95);
  });

  test('takes everything bad for harm where stable had no request to compare with', () => {
    const alone = { candidateBad: 10, candidate: 100, stableBad: 0, stable: 0 };
    expect(bound(alone)).toBeGreaterThan(10);
    expect(bound({ ...alone, stableBad: 10, stable: 100 })).toBeLessThan(bound(alone));
  });

  test('is wider the surer it has to be', () => {
    const table = { candidateBad: 2, candidate: 400, stableBad: 20, stable: 4_000 };
    expect(bound(table, 0.001)).toBeGreaterThan(bound(table, 0.05));
  });
});

function expectations(sizes: { candidate: number; stable: number }, p: number, q: number): number[] {
  const harm = sizes.candidate * (p - (sizes.stable > 0 ? q : 0));
  const means = THETAS.map(() => 0);
  for (const candidateBad of range(sizes.candidate))
    for (const stableBad of range(sizes.stable)) {
      const chance = bernoulli(candidateBad, sizes.candidate, p) * bernoulli(stableBad, sizes.stable, q);
      const lines = addHarm(NO_HARM, { ...sizes, candidateBad, stableBad });
      THETAS.forEach((theta, i) => (means[i] = (means[i] ?? 0) + chance * Math.exp(theta * harm - (lines[i] ?? 0))));
    }
  return means;
}
