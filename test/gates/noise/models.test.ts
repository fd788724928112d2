import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { LEVELS, NOISE_MODELS, WANDERED, jitterPoints, wandered } from '../../../gates/noise/models.ts';
import { SILENT } from '../../../gates/likelihood.ts';
import { USUAL_HABITS, ratesOf } from '../../../gates/noise/habits.ts';
import { WIDTH, freshRow, modelShares } from '../../../gates/noise/places.ts';
import { forward } from '../../../gates/noise/forward.ts';
import { likelihoodsOf } from '../../../gates/noise/line.ts';

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
const chance = fc.double({ min: 0, max: 1, noNaN: true });
const row = fc.array(chance, { minLength: WIDTH, maxLength: WIDTH });
const levels = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
  minLength: LEVELS.length,
  maxLength: LEVELS.length,
});
const habits = fc.record({
  calm: fc.double({ min: 1, max: 500, noNaN: true }),
  starts: fc.double({ min: 0.1, max: 200, noNaN: true }),
  burst: fc.double({ min: 1, max: 500, noNaN: true }),
  stays: fc.double({ min: 0, max: 500, noNaN: true }),
  levels,
});
const nothingHeard = likelihoodsOf({ effect: [0], fits: 1 }, SILENT);

describe('the noise is a probability law', () => {
  test('that neither gains nor loses weight by a batch that says nothing, model by model', () => {
    fc.assert(
      fc.property(row, habits, fc.constantFrom(1, 4), (before, known, fits) => {
        const { row: after } = forward(before, nothingHeard, ratesOf(known), fits);
        const [was, is] = [modelShares(before), modelShares(after)];
        is.forEach((share, model) => expect(share).toBeCloseTo(was[model] ?? 0, 9));
      }),
    );
  });

  test('whose batches are calm or in a burst, and in a burst begin or go on with it, in counts that add up', () => {
    fc.assert(
      fc.property(row, habits, (before, known) => {
        const { row: after, habits: seen } = forward(before, nothingHeard, ratesOf(known), 1);
        for (const arm of [seen.up, seen.down]) {
          expect(arm.starts + arm.stays).toBeCloseTo(arm.burst, 9);
          expect(sum(arm.levels)).toBeCloseTo(arm.starts, 9);
        }
        expect(seen.up.calm + seen.up.burst + seen.down.burst).toBeCloseTo(sum(after), 9);
      }),
    );
  });

  test('that starts with the share of each model that it is told', () => {
    fc.assert(
      fc.property(fc.array(chance, { minLength: 5, maxLength: 5 }), habits, (models, known) => {
        modelShares(freshRow(models, ratesOf(known))).forEach((share, i) =>
          expect(share).toBeCloseTo(models[i] ?? 0, 9),
        );
      }),
    );
  });

  test('of models whose shares add up to 1', () => {
    expect(sum(NOISE_MODELS.map(({ prior }) => prior))).toBeCloseTo(1, 12);
    expect(sum(WANDERED)).toBeCloseTo(1, 12);
    for (const known of Object.values(USUAL_HABITS)) expect(sum(ratesOf(known).levels)).toBeCloseTo(1, 12);
  });
});

test('chances stay below 1 whatever was counted: bursts neither last for ever nor leave no calm', () => {
  fc.assert(
    fc.property(habits, (known) => {
      const { start, stay, levels: each } = ratesOf(known);
      expect(Math.min(4 * start, 0.5) + start).toBeLessThan(1);
      expect(stay).toBeLessThan(1);
      expect(sum(each)).toBeCloseTo(1, 9);
    }),
  );
});

test('a difference that wanders has its long-run law for ever, and is drawn to the middle', () => {
  wandered(WANDERED).forEach((weight, i) => expect(weight).toBeCloseTo(WANDERED[i] ?? 0, 12));
  let far = [0, 0, 0, 0, 1];
  for (let i = 0; i < 100; i += 1) far = wandered(far);
  far.forEach((weight, i) => expect(weight).toBeCloseTo(WANDERED[i] ?? 0, 6));
});

test('a difference that wanders is correlated by 0.7 from batch to batch', () => {
  const mean = (weights: readonly number[]) => sum(weights.map((weight, i) => weight * (i - 2)));
  for (const place of [0, 1, 2, 3, 4]) {
    const there = Array.from({ length: 5 }, (_, i) => (i === place ? 1 : 0));
    expect(mean(wandered(there))).toBeCloseTo(0.7 * (place - 2), 12);
  }
});

test('jitter has the mean 0 and the deviation that it says', () => {
  for (const jitter of [0, 0.2, 0.5]) {
    const points = jitterPoints(jitter);
    expect(sum(points.map(({ share }) => share))).toBeCloseTo(1, 12);
    expect(sum(points.map(({ by, share }) => share * by))).toBeCloseTo(0, 12);
    expect(Math.sqrt(sum(points.map(({ by, share }) => share * by * by)))).toBeCloseTo(jitter, 9);
  }
});
