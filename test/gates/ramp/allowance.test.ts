import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RampState } from '../../../gates/ramp/ramp.ts';
import { BATCH_MS, PLAN, RAMP, counts } from './support.ts';
import { batchesPerStep, largestNext } from '../../../domain/ramp.ts';
import { excessBound, observeRamp, openRamp } from '../../../gates/ramp/ramp.ts';
import { isBearable, isOutOfBudget, nextWeight, rampObstacles, rampReading } from '../../../gates/ramp/allowance.ts';
import { CANDIDATE, arm, batch, question } from '../support/batches.ts';

const after = (...tables: Parameters<typeof counts>[]): RampState =>
  tables.reduce((state, table) => observeRamp(state, counts(...table), question()), openRamp(PLAN));

const tables = fc.array(
  fc.tuple(fc.nat(30), fc.nat(70), fc.nat(60), fc.nat(700)).map(([bad, good, stableBad, stableGood]) => ({
    candidate: [bad, bad + good] as const,
    stable: [stableBad, stableBad + stableGood] as const,
  })),
  { maxLength: 8 },
);
interface Row {
  readonly candidate: readonly [number, number];
  readonly stable: readonly [number, number];
}
const stateOf = (rows: readonly Row[]) =>
  after(...rows.map(({ candidate, stable }, i): Parameters<typeof counts> => [i, candidate, stable]));

describe('what a ramp remembers', () => {
  test('is plain data of less than 200 bytes', () => {
    const state = after([0, [3, 100_000], [17, 900_000]], [1, [4, 123_456], [19, 987_654]]);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    expect(JSON.stringify(state).length).toBeLessThan(200);
  });

  test('is the same to the bit for arms in any order', () => {
    const reversed = { ...counts(0, [1, 20], [3, 200]) };
    const state = observeRamp(openRamp(PLAN), { ...reversed, arms: reversed.arms.toReversed() }, question());
    expect(state).toEqual(after([0, [1, 20], [3, 200]]));
  });

  test('counts rejections as bad, and requests of other versions not at all', () => {
    const arms = [arm('v9-000000000000', 50, { errors: 50 }), arm(CANDIDATE, 20, { errors: 2, rejected: 3 })];
    const mixed = observeRamp(openRamp(PLAN), batch(0, { arms }), question());
    const plain = observeRamp(openRamp(PLAN), batch(0, { arms: [arm(CANDIDATE, 20, { errors: 5 })] }), question());
    expect(mixed).toEqual(plain);
  });

  test('goes on over a batch in which nobody called', () => {
    const state = after([0, [0, 20], [0, 200]], [1, [0, 0], [0, 0]]);
    expect([state.spent, state.requests]).toEqual([after([0, [0, 20], [0, 200]]).spent, 20]);
  });
});

describe('the next weight', () => {
  test('is one whose step the budget covers, or the finest, unless the excess is proved to be bearable', () => {
    fc.assert(
      fc.property(
        tables,
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 10, max: 400 }),
        (rows, weight, budget) => {
          const [state, ramp] = [stateOf(rows), { ...RAMP, badExposure: budget }];
          const next = nextWeight(state, ramp, { weight, plan: PLAN });
          expect(next).toBeLessThanOrEqual(largestNext(ramp, weight));
          expect(Number.isInteger(next)).toBe(true);
          if (isBearable(state, PLAN) || next <= 1 || state.requests === 0) return;
          const requests = (state.perBatch * batchesPerStep(ramp, BATCH_MS) * next) / 10_000;
          expect(state.spent + requests * excessBound(state)).toBeLessThanOrEqual(budget + 1e-6);
        },
      ),
    );
  });

  test('is no larger after one more bad response of the candidate', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 999 }), (rows, weight) => {
        const [first, ...rest] = rows;
        if (!first || first.candidate[0] >= first.candidate[1]) return;
        const worse = [{ ...first, candidate: [first.candidate[0] + 1, first.candidate[1]] as const }, ...rest];
        const at = (state: RampState) => nextWeight(state, RAMP, { weight, plan: PLAN });
        expect(at(stateOf(worse))).toBeLessThanOrEqual(at(stateOf(rows)));
      }),
    );
  });

  test('is the one in force before anybody met the candidate', () => {
    expect(nextWeight(after([0, [0, 0], [0, 200]]), RAMP, { weight: 20, plan: PLAN })).toBe(20);
  });

  test('is the load step after the proof, and all traffic after that', () => {
    const state = after([0, [0, 2_000], [0, 2_000]]);
    const reading = { spent: state.spent, budget: 100, excessBound: state.spent / 2_000 };
    const at = (weight: number, ramp = RAMP) => rampReading(state, ramp, { weight, plan: PLAN });
    expect(at(1_000)).toEqual({ nextWeight: 5_000, ...reading });
    expect(at(5_000)).toEqual({ nextWeight: 10_000, ...reading });
    expect(at(4_000, { ...RAMP, maxWeight: 4_000 }).nextWeight).toBe(10_000);
  });
});

describe('the risk budget', () => {
  const spending = after([0, [30, 60], [0, 2_000]]);
  const small = { ...RAMP, badExposure: 10 };

  test('stops a step that it does not cover, and says so', () => {
    const step = { weight: 300, plan: PLAN };
    expect(isOutOfBudget(spending, { ...RAMP, badExposure: 1_000 }, step)).toBe(false);
    expect(isOutOfBudget(spending, { ...RAMP, badExposure: 60 }, step)).toBe(true);
    expect(rampObstacles(spending, RAMP, step)).toEqual([
      'the risk budget allows 0.48 % next: 50 of 100 bad responses may be spent',
    ]);
    expect(rampObstacles(spending, { ...RAMP, badExposure: 1_000 }, step)).toEqual([]);
  });

  test('has nothing to pay for once the excess is proved to be within its margin', () => {
    const proved = after([0, [100, 10_000], [100, 10_000]]);
    expect(isBearable(proved, PLAN)).toBe(true);
    expect(isOutOfBudget(proved, small, { weight: 1_000, plan: PLAN })).toBe(false);
    const again = observeRamp(proved, counts(1, [900, 1_000], [10, 1_000]), question());
    expect(isOutOfBudget(again, small, { weight: 1_000, plan: PLAN })).toBe(true);
  });

  test('neither holds up nor ends the load step, which comes after the proof', () => {
    const unsure = after([0, [10, 300], [0, 3_000]]);
    expect(isBearable(unsure, PLAN)).toBe(false);
    expect(isOutOfBudget(unsure, small, { weight: 1_000, plan: PLAN })).toBe(true);
    expect(isOutOfBudget(unsure, small, { weight: 5_000, plan: PLAN })).toBe(false);
    expect(rampObstacles(unsure, small, { weight: 5_000, plan: PLAN })).toEqual([]);
  });
});
