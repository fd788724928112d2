import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import golden from './golden/drift.json' with { type: 'json' };
import { binomial, random } from '../support/random.ts';
import { distances, excessPsi } from '../../../gates/drift/measures.ts';

const MEASURES = ['psi', 'jensenShannon', 'wasserstein', 'kolmogorovSmirnov'] as const;
const bins = fc.integer({ min: 2, max: 12 }).chain((k) => {
  const counts = fc.array(fc.nat(300), { minLength: k, maxLength: k }).filter((c) => c.some((count) => count > 0));
  return fc.tuple(counts, counts);
});

describe('distances between two distributions', () => {
  test.each(golden.cases)('are those of NumPy and SciPy for $a and $b', (reference) => {
    const found = distances(reference.a, reference.b);
    for (const measure of MEASURES) expect(found?.[measure]).toBeCloseTo(reference[measure], 7);
  });

  test('are the same both ways, and never negative', () => {
    fc.assert(
      fc.property(bins, ([a, b]) => {
        const [there, back] = [distances(a, b), distances(b, a)];
        for (const measure of MEASURES) {
          expect(there?.[measure]).toBeCloseTo(back?.[measure] ?? NaN, 12);
          expect(there?.[measure]).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test('are nothing between a sample and the same one ten times over, and at most 1 where they are shares', () => {
    fc.assert(
      fc.property(bins, ([a, b]) => {
        const same = distances(
          a,
          a.map((count) => count * 10),
        );
        for (const measure of MEASURES) expect(same?.[measure]).toBeCloseTo(0, 6);
        for (const measure of ['jensenShannon', 'wasserstein', 'kolmogorovSmirnov'] as const)
          expect(distances(a, b)?.[measure]).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  test('cannot be had without data, or between different bins', () => {
    expect(distances([0, 0], [1, 2])).toBeNull();
    expect(distances([1, 2], [1, 2, 3])).toBeNull();
    expect(excessPsi([0, 0], [1, 2])).toBe(0);
  });
});

test('the index above chance is small between samples of one distribution, however small they are', () => {
  const next = random(5);
  const draw = (n: number) => {
    const first = binomial(next, n, 0.5);
    const second = binomial(next, n - first, 0.5);
    return [first, second, n - first - second];
  };
  let [plain, excess] = [0, 0];
  for (let run = 0; run < 200; run += 1) {
    const [a, b] = [draw(40), draw(60)];
    plain += distances(a, b)?.psi ?? 0;
    excess += excessPsi(a, b);
  }
  expect(plain / 200).toBeGreaterThan(0.07);
  expect(excess / 200).toBeLessThan(0.05);
});
