import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { Arms } from '../../../gates/kinds/arms.ts';
import type { Losses } from '../../../gates/kinds/loss.ts';
import type { LnLikelihood } from '../../../gates/likelihood.ts';
import { NO_LOSSES, clippedShares, lossVariances, rememberLosses } from '../../../gates/kinds/label-losses.ts';
import { asRatio, lossDifference, lossRatio } from '../../../gates/kinds/loss.ts';
import { bennettVariance } from '../../../gates/kinds/bennett.ts';
import { random } from '../support/random.ts';
import { swapped } from '../../../gates/kinds/arms.ts';

const BOUND = 8;

function losses(values: readonly number[], bound = BOUND): Losses {
  const counted = values.map((value) => Math.min(value, bound));
  return {
    n: values.length,
    bound,
    sum: counted.reduce((sum, x) => sum + x, 0),
    squares: counted.reduce((sum, x) => sum + x * x, 0),
    clipped: values.filter((value) => value > bound).length,
  };
}

/** Chances of single losses. */
type Law = readonly (readonly [loss: number, chance: number])[];

const meanOf = (law: Law) => law.reduce((sum, [x, p]) => sum + p * x, 0);
const varianceOf = (law: Law) => law.reduce((sum, [x, p]) => sum + p * (x - meanOf(law)) ** 2, 0);

/** All samples of `n` losses, as their values and chances. */
function samples(law: Law, n: number): [values: number[], chance: number][] {
  if (n === 0) return [[[], 1]];
  return samples(law, n - 1).flatMap(([values, chance]) =>
    law.map(([x, p]): [number[], number] => [[...values, x], chance * p]),
  );
}

/** Mean of `likelihood(alternative) / likelihood(null)` over all samples of these sizes. */
function expectation(laws: Arms<Law>, sizes: Arms<number>, ratio: (arms: Arms<Losses>) => number): number {
  let mean = 0;
  for (const [ours, p] of samples(laws.candidate, sizes.candidate))
    for (const [theirs, q] of samples(laws.stable, sizes.stable))
      mean += p * q * ratio({ candidate: losses(ours), stable: losses(theirs) });
  return mean;
}

const RARE: Law = [
  [0, 0.9],
  [1, 0.08],
  [BOUND, 0.02],
];
const EVEN: Law = [
  [0.1, 0.5],
  [0.35, 0.5],
];
const WIDE: Law = [
  [0, 0.5],
  [BOUND, 0.5],
];
const SIZES = [
  { candidate: 1, stable: 4 },
  { candidate: 3, stable: 3 },
  { candidate: 4, stable: 1 },
];
const ratioOf = (lnL: LnLikelihood, alternative: number, nothing: number) => Math.exp(lnL(alternative) - lnL(nothing));

describe('the difference of mean losses', () => {
  const reach = 0.8;

  test('gives e-values of mean at most 1, however skewed the losses and however few they are', () => {
    for (const candidate of [RARE, EVEN, WIDE])
      for (const stable of [RARE, EVEN, WIDE])
        for (const sizes of SIZES) {
          const truth = meanOf(candidate) - meanOf(stable);
          if (Math.abs(truth) > reach) continue;
          const variances = { candidate: varianceOf(candidate), stable: varianceOf(stable) };
          for (const alternative of [-reach, -0.3, 0.2, reach]) {
            const mean = expectation({ candidate, stable }, sizes, (arms) =>
              ratioOf(lossDifference([arms], variances, reach), alternative, truth),
            );
            expect(mean).toBeLessThanOrEqual(1 + 1e-9);
          }
        }
  });

  test('would not without the widening of the variance', () => {
    const variance = varianceOf(RARE) / 3 + varianceOf(RARE) / 30;
    const mean = expectation({ candidate: RARE, stable: [[meanOf(RARE), 1]] }, { candidate: 3, stable: 1 }, (arms) => {
      const off = arms.candidate.sum / 3 - meanOf(RARE);
      return Math.exp((off * off - (off - reach) ** 2) / (2 * variance));
    });
    expect(mean).toBeGreaterThan(1.2);
  });

  test('says the opposite when the arms are swapped, and nothing beyond its reach', () => {
    const values = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, values, fc.double({ min: -3, max: 3, noNaN: true }), (ours, theirs, x) => {
        const arms = { candidate: losses(ours), stable: losses(theirs) };
        const variances = { candidate: 2, stable: 3 };
        const lnL = lossDifference([arms], variances, reach);
        const other = lossDifference([swapped(arms)], swapped(variances), reach);
        expect(other(-x) - other(0)).toBeCloseTo(lnL(x) - lnL(0), 8);
        expect(lnL(reach + 5)).toBe(lnL(reach));
      }),
    );
  });

  test('is the more against the candidate the larger its losses are', () => {
    const values = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, values, fc.nat(19), (ours, theirs, at) => {
        const against = (values: readonly number[]) => {
          const lnL = lossDifference([{ candidate: losses(values), stable: losses(theirs) }], NARROW, reach);
          return lnL(0.5) - lnL(0);
        };
        const worse = ours.map((x, i) => (i === at % ours.length ? x + 1 : x));
        expect(against(worse)).toBeGreaterThanOrEqual(against(ours) - 1e-9);
      }),
    );
  });

  test('says nothing without losses of both arms, or when they were clipped at different bounds', () => {
    const some = losses([1, 2]);
    expect(lossDifference([{ candidate: some, stable: losses([]) }], NARROW, 1)(0.5)).toBe(0);
    expect(lossDifference([{ candidate: some, stable: losses([1], 9) }], NARROW, 1)(0.5)).toBe(0);
  });

  test('of several cohorts is the product of what each says', () => {
    const cohorts = [
      { candidate: losses([2, 3]), stable: losses([1]) },
      { candidate: losses([1]), stable: losses([2, 2, 0.5]) },
    ];
    const together = lossDifference(cohorts, NARROW, reach);
    const apart = cohorts.map((cohort) => lossDifference([cohort], NARROW, reach));
    for (const x of [-0.5, 0.3])
      expect(together(x)).toBeCloseTo(
        apart.reduce((sum, lnL) => sum + lnL(x), 0),
        9,
      );
  });

  test('is read as a ratio from the mean that stable had', () => {
    const lnL = lossDifference([{ candidate: losses([2, 3]), stable: losses([1, 2]) }], NARROW, 2);
    expect(asRatio(lnL, 1.5)(Math.log(1.4))).toBeCloseTo(lnL(0.6), 12);
    expect(asRatio(lnL, 0)(1)).toBe(0);
  });
});

const NARROW = { candidate: 1, stable: 1 };

describe('the ratio of mean losses', () => {
  test('gives e-values of mean at most 1 for every law, without any guess of a variance', () => {
    for (const law of [RARE, EVEN, WIDE])
      for (const sizes of SIZES)
        for (const alternative of [-1, 0.3, 2]) {
          const laws = { candidate: law, stable: law };
          const mean = expectation(laws, sizes, (arms) => ratioOf(lossRatio(arms), alternative, 0));
          expect(mean).toBeLessThanOrEqual(1 + 1e-9);
        }
  });

  test('gains on average when the candidate is worse', () => {
    const laws = { candidate: WIDE, stable: RARE };
    expect(expectation(laws, { candidate: 3, stable: 3 }, (arms) => ratioOf(lossRatio(arms), 1, 0))).toBeGreaterThan(
      1.5,
    );
  });
});

describe('the variance that bounds all laws in a range', () => {
  test('is never below the true one, near it for short spans, and grows with span and bound', () => {
    const positive = fc.double({ min: 0.01, max: 100, noNaN: true });
    fc.assert(
      fc.property(positive, positive, positive, (variance, bound, span) => {
        const wide = bennettVariance(variance, { bound, span });
        expect(wide).toBeGreaterThanOrEqual(variance);
        expect(bennettVariance(variance, { bound: 2 * bound, span })).toBeGreaterThanOrEqual(wide * (1 - 1e-9));
        expect(bennettVariance(variance, { bound, span: 2 * span })).toBeGreaterThanOrEqual(wide * (1 - 1e-9));
      }),
    );
    expect(bennettVariance(3, { bound: 1, span: 1e-3 })).toBeCloseTo(3, 3);
  });
});

describe('what is remembered of losses', () => {
  test('starts from the largest variance that there is, and comes down to the true one', () => {
    expect(lossVariances(NO_LOSSES, BOUND).candidate).toBe((BOUND * BOUND) / 4);
    const many = losses(Array.from({ length: 4_000 }, (_, i) => (i % 2 === 0 ? 1 : 2)));
    const totals = rememberLosses(NO_LOSSES, { candidate: many, stable: losses([]) });
    expect(lossVariances(totals, BOUND).candidate).toBeCloseTo(0.25, 1);
    expect(lossVariances(totals, BOUND).stable).toBe((BOUND * BOUND) / 4);
  });

  test('tells how many losses were larger than the bound', () => {
    const totals = rememberLosses(NO_LOSSES, { candidate: losses([1, 90, 95, 2]), stable: losses([]) });
    expect(clippedShares(totals)).toEqual({ candidate: 0.5, stable: null });
  });

  test('does not let a candidate pass whose rare losses are huge, before any of them was seen', () => {
    const next = random(11);
    const margin = 0.15;
    let promoted = 0;
    for (let run = 0; run < 60; run += 1) {
      let [totals, lnE] = [NO_LOSSES, 0];
      let passed = false;
      for (let cohort = 0; cohort < 120; cohort += 1) {
        // As good as stable but for one loss in a hundred of 50: worse by a half.
        const ours = Array.from({ length: 10 }, () => (next() < 0.01 ? 50 : -Math.log(1 - next())));
        const theirs = Array.from({ length: 40 }, () => -Math.log(1 - next()));
        const arms = { candidate: losses(ours, 50), stable: losses(theirs, 50) };
        const lnL = lossDifference([arms], lossVariances(totals, 50), 2 * margin);
        totals = rememberLosses(totals, arms);
        lnE += lnL(0) - lnL(margin);
        passed ||= lnE >= Math.log(20);
      }
      if (passed) promoted += 1;
    }
    expect(promoted).toBeLessThanOrEqual(3);
  });
});
