import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { FAULTS } from '../../../gates/faults.ts';
import type { Lines } from '../../../gates/noise/belief.ts';
import { coinLikelihood, tableLikelihood } from '../../../gates/table-likelihood.ts';
import { expected, hear, hearAll, repeat, shifted, swapped, table } from './support.ts';
import { lnOdds } from '../../../gates/noise/belief.ts';

const counts = fc.record({
  candidateBad: fc.nat(60),
  candidateGood: fc.nat(60),
  stableBad: fc.nat(120),
  stableGood: fc.nat(120),
});
const tables = counts.map(({ candidateBad, candidateGood, stableBad, stableGood }) =>
  table([candidateBad, candidateBad + candidateGood], [stableBad, stableBad + stableGood]),
);
const effect = fc.double({ min: -5, max: 5, noNaN: true });

describe('what one batch says', () => {
  test('favours a larger effect the more, the more of the bad ones are the candidate’s', () => {
    fc.assert(
      fc.property(tables, effect, effect, (seen, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const worse = { ...seen, candidateBad: seen.candidateBad + 1, stableBad: seen.stableBad - 1 };
        if (seen.stableBad === 0 || worse.candidateBad > seen.candidate) return;
        const gain = (of: (effect: number) => number) => of(more) - of(less);
        expect(gain(tableLikelihood(worse))).toBeGreaterThanOrEqual(gain(tableLikelihood(seen)) - 1e-9);
      }),
    );
  });

  test('is the same with the arms exchanged and the effect reversed', () => {
    fc.assert(
      fc.property(tables, effect, (seen, by) => {
        const [own, other] = [tableLikelihood(seen), tableLikelihood(swapped(seen))];
        expect(own(by) - own(0)).toBeCloseTo(other(-by) - other(0), 6);
      }),
    );
  });

  test('of pairs, likewise', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), effect, (ours, theirs, by) => {
        const [own, other] = [coinLikelihood(ours, theirs), coinLikelihood(theirs, ours)];
        expect(own(by) - own(0)).toBeCloseTo(other(-by) - other(0), 6);
        const worse = coinLikelihood(ours + 1, theirs);
        if (by > 0) expect(worse(by) - worse(0)).toBeGreaterThanOrEqual(own(by) - own(0) - 1e-9);
      }),
    );
  });

  test('is nothing where one arm has no requests, or all answers are alike', () => {
    for (const seen of [table([0, 0], [3, 9]), table([3, 9], [0, 0]), table([0, 9], [0, 9]), table([9, 9], [9, 9])])
      expect([-5, 0, 5].map(tableLikelihood(seen))).toEqual([0, 0, 0]);
    expect(coinLikelihood(0, 0)(3)).toBe(0);
  });
});

describe('the evidence against a candidate', () => {
  test('for and against are the same size: what a fault’s mirror image gains from the exchanged arms, the fault gains', () => {
    const mirrored: Lines = {
      none: FAULTS.none,
      faults: FAULTS.faults.map((fault) => ({ ...fault, effect: fault.effect.map((by) => -by), fits: 1 })),
    };
    const straight: Lines = { none: FAULTS.none, faults: FAULTS.faults.map((fault) => ({ ...fault, fits: 1 })) };
    fc.assert(
      fc.property(tables, (seen) => {
        const own = lnOdds(hear(null, seen, { lines: straight }));
        const other = lnOdds(hear(null, swapped(seen), { lines: mirrored }));
        // Packing rounds to a thousandth.
        expect(Math.abs(own - other)).toBeLessThanOrEqual(0.01);
      }),
      { numRuns: 50 },
    );
  });

  test('falls below that of nothing when the arms of a bad candidate are exchanged', () => {
    for (const n of [20, 120])
      for (const [candidate, stable] of [
        [0.1, 0.02],
        [0.3, 0.1],
        [1, 0.02],
        [0.8, 0.5],
      ] as const) {
        const seen = repeat(6, () => expected({ candidate: n, stable: n }, { candidate, stable }));
        expect(lnOdds(hearAll(seen))).toBeGreaterThan(0);
        expect(lnOdds(hearAll(seen.map(swapped)))).toBeLessThan(0);
      }
  });

  test('grows with the traffic that shows a fault, up to where bursts explain it as well', () => {
    for (const by of [0.7, 1.3, 2.6])
      for (const stable of [0.05, 0.2]) {
        const [little, more] = [20, 60].map((n) =>
          lnOdds(
            hearAll(
              repeat(8, () => expected({ candidate: n, stable: 4 * n }, { candidate: shifted(stable, by), stable })),
            ),
          ),
        );
        expect(more).toBeGreaterThan(little ?? 0);
      }
  });

  /** The most that it falls by, of these margins, when more of the bad ones are the candidate's. */
  const fall = (batches: number, [candidate, stable, bad]: readonly [number, number, number]) => {
    const least = Math.ceil((bad * candidate) / (candidate + stable));
    const step = Math.ceil(bad / 60);
    let [most, deepest] = [-Infinity, 0];
    for (let k = least; k <= Math.min(candidate, bad); k += step) {
      const evidence = lnOdds(hearAll(repeat(batches, () => table([k, candidate], [bad - k, stable]))));
      deepest = Math.max(deepest, most - evidence);
      most = Math.max(most, evidence);
    }
    return deepest;
  };

  test.each([
    [20, 80, 5],
    [20, 80, 20],
    [120, 480, 10],
    [60, 60, 40],
  ] as const)('never falls when more of the bad ones are the candidate’s: %i and %i requests, %i bad', (...margins) => {
    expect(fall(1, margins)).toBeLessThanOrEqual(0.02);
  });

  // The levels of faults and bursts are points, which a batch of thousands, or a few of hundreds, tells apart from what lies
  // between them: there jitter makes a fault fit, and a burst has none.
  test.fails('not even where many are bad, or there are many requests', () => {
    expect(fall(3, [120, 480, 150])).toBeLessThanOrEqual(0.1);
    expect(fall(1, [1200, 4800, 600])).toBeLessThanOrEqual(0.1);
  });
});
