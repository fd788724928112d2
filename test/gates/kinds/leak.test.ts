import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { LEAK_TOLERANCE, NO_LEAK, leakLikelihood, observeLeak } from '../../../gates/kinds/leak.ts';
import { random } from '../support/random.ts';

const BATCHES_PER_HOUR = 360;
const normal = (next: () => number) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** The hour in which the evidence of a leak reaches 1/20 within `hours`; `null` if it does not. */
function foundAfter(ratioAt: (batch: number) => number, hours: number): number | null {
  const alternatives = [0.8, 1.5, 3];
  const lnEs = alternatives.map(() => 0);
  let leak = NO_LEAK;
  for (let t = 0; t < hours * BATCHES_PER_HOUR; t += 1) {
    const seen = observeLeak(leak, ratioAt(t), t / BATCHES_PER_HOUR);
    leak = seen.leak;
    if (seen.rose === null) continue;
    const lnL = leakLikelihood(seen.rose);
    alternatives.forEach((odds, i) => (lnEs[i] = (lnEs[i] ?? 0) + lnL(odds) - lnL(0)));
    if (lnEs.reduce((sum, lnE) => sum + Math.exp(lnE) / 3, 0) >= 20) return t / BATCHES_PER_HOUR;
  }
  return null;
}

/** How many of 60 seeded runs are taken for a leak. */
function alarms(noise: (next: () => number) => (batch: number) => number): number {
  return Array.from({ length: 60 }, (_, run) => foundAfter(noise(random(run)), 8)).filter((hour) => hour !== null)
    .length;
}

describe('a leak', () => {
  test('of a tenth an hour is found in less than two hours', () => {
    const next = random(1);
    expect(foundAfter((t) => 0.03 * normal(next) + (0.1 * t) / BATCHES_PER_HOUR, 4)).toBeLessThan(2);
  });

  test('is not seen in noise, in a random walk, nor in memory that fills and empties', () => {
    expect(alarms((next) => () => 0.05 * normal(next))).toBe(0);
    const walk = (next: () => number) => {
      let at = 0;
      return () => (at += 0.005 * normal(next));
    };
    expect(alarms(walk)).toBeLessThanOrEqual(3);
    const sawTooth = (next: () => number) => {
      const phase = 400 * next();
      return (t: number) => (0.15 * ((t + phase) % 400)) / 400;
    };
    expect(alarms(sawTooth)).toBe(0);
  });

  test('is not seen in a fresh server that fills its caches', () => {
    expect(foundAfter((t) => -0.2 * Math.exp(-t / 60), 8)).toBeNull();
  });

  test('is not seen in growth that is tolerated', () => {
    expect(foundAfter((t) => (0.9 * LEAK_TOLERANCE * t) / BATCHES_PER_HOUR, 8)).toBeNull();
  });

  test('is told by blocks, not by batches: hours without data are one step, and the state stays small', () => {
    let leak = NO_LEAK;
    const seen = [0, 0.2, 0.4, 0.6, 7, 7.2].map((hours) => {
      const next = observeLeak(leak, 0.1 * hours, hours);
      leak = next.leak;
      return next.rose;
    });
    expect(seen).toEqual([null, null, null, null, true, true]);
    expect(JSON.stringify(leak).length).toBeLessThan(160);
  });
});

test('whether a block rose has e-values of mean exactly 1 while it is as likely to fall', () => {
  fc.assert(
    fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (odds) => {
      const value = (rose: boolean) => Math.exp(leakLikelihood(rose)(odds) - leakLikelihood(rose)(0));
      expect((value(true) + value(false)) / 2).toBeCloseTo(1, 9);
    }),
  );
});
