import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { rateLikelihood } from '../../../gates/kinds/rate.ts';
import { swapped } from '../../../gates/kinds/arms.ts';

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
const rate = fc.record({ events: fc.nat(200), exposure: fc.double({ min: 0.1, max: 1e4, noNaN: true }) });
const arms = fc.record({ candidate: rate, stable: rate });
const effect = fc.double({ min: -4, max: 4, noNaN: true });

describe('a rate of events', () => {
  test('gives e-values of mean exactly 1 at the null, given how many events there were', () => {
    const [n, m] = [3, 11];
    for (const total of [1, 4, 12])
      for (const [nullEffect, alternative] of [
        [0, 1],
        [0, -0.7],
        [0.4, 2],
      ] as const) {
        const share = (n * Math.exp(nullEffect)) / (n * Math.exp(nullEffect) + m);
        let mean = 0;
        for (let k = 0; k <= total; k += 1) {
          const counts = { candidate: { events: k, exposure: n }, stable: { events: total - k, exposure: m } };
          const lnL = rateLikelihood(counts);
          const chance = choose(total, k) * share ** k * (1 - share) ** (total - k);
          mean += chance * Math.exp(lnL(alternative) - lnL(nullEffect));
        }
        expect(mean).toBeCloseTo(1, 9);
      }
  });

  test('says the opposite when the arms are swapped', () => {
    fc.assert(
      fc.property(arms, effect, (counts, x) => {
        const [lnL, other] = [rateLikelihood(counts), rateLikelihood(swapped(counts))];
        expect(other(-x) - other(0)).toBeCloseTo(lnL(x) - lnL(0), 6);
      }),
    );
  });

  test('is the more against the candidate the more events it has, and the less the more stable has', () => {
    fc.assert(
      fc.property(arms, fc.double({ min: 0.1, max: 3, noNaN: true }), ({ candidate, stable }, x) => {
        const gain = (ours: number, theirs: number) => {
          const more = {
            candidate: { ...candidate, events: candidate.events + ours },
            stable: { ...stable, events: stable.events + theirs },
          };
          const lnL = rateLikelihood(more);
          return lnL(x) - lnL(0);
        };
        expect(gain(1, 0)).toBeGreaterThanOrEqual(gain(0, 0) - 1e-9);
        expect(gain(0, 1)).toBeLessThanOrEqual(gain(0, 0) + 1e-9);
      }),
    );
  });

  test('is highest at the ratio that was seen', () => {
    const lnL = rateLikelihood({ candidate: { events: 30, exposure: 10 }, stable: { events: 40, exposure: 40 } });
    const best = Math.log(3);
    for (const off of [-1, -0.1, 0.1, 1]) expect(lnL(best + off)).toBeLessThan(lnL(best));
  });

  test('says nothing without events or without one arm, and stays finite far out', () => {
    const none = { events: 0, exposure: 5 };
    expect(rateLikelihood({ candidate: none, stable: none })(2)).toBe(0);
    expect(rateLikelihood({ candidate: { events: 3, exposure: 0 }, stable: none })(2)).toBe(0);
    const lnL = rateLikelihood({ candidate: { events: 9e4, exposure: 9e4 }, stable: none });
    for (const far of [-800, 800]) expect(Number.isFinite(lnL(far))).toBe(true);
  });
});
