import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialCdf, binomialPmf, shareAtMost } from '../../gates/binomial.ts';
import { incompleteBeta } from '../../gates/incomplete-beta.ts';
import { exceeded } from '../../gates/normal.ts';
import { studentCdf } from '../../gates/student.ts';

// Every expected value here is scipy 1.17.1's: beta.cdf, binom.cdf, binom.pmf, t.cdf, beta.ppf, norm.isf.
describe('distributions agree with scipy', () => {
  it.each([
    [0.3, 2, 5, 0.579825],
    [0.999, 0.5, 0.5, 0.97986496],
    [0.5, 100_000, 100_100, 0.5884468],
    [1e-3, 0.5, 30, 0.19276269],
  ])('incomplete beta at %d with %d, %d', (x, a, b, expected) => {
    expect(incompleteBeta(x, a, b)).toBeCloseTo(expected, 7);
  });

  it('binomial', () => {
    expect(binomialCdf(3, 10, 0.4)).toBeCloseTo(0.382280602, 9);
    expect(binomialCdf(0, 7, 0.1)).toBeCloseTo(0.4782969, 9);
    expect(binomialCdf(49_000, 100_000, 0.5)).toBeCloseTo(1.29435802e-10, 17);
    expect(binomialPmf(3, 10, 0.4)).toBeCloseTo(0.21499085, 8);
    expect(binomialPmf(49_000, 100_000, 0.49)).toBeCloseTo(0.00252363, 8);
  });

  it('Student', () => {
    expect(studentCdf(2, 5)).toBeCloseTo(0.94903026, 8);
    expect(studentCdf(-1.5, 30)).toBeCloseTo(0.07203296, 8);
    expect(studentCdf(0.3, 1e5)).toBeCloseTo(0.61791111, 8);
  });

  it('Clopper–Pearson and the normal quantile', () => {
    expect(shareAtMost(3, 50, 0.025)).toBeCloseTo(0.16548194660377, 12);
    expect(exceeded(0.05)).toBeCloseTo(1.6448536269514722, 12);
    expect(exceeded(0.025)).toBeCloseTo(1.959963984540054, 14);
  });
});

const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe('distributions', () => {
  it('sum up to 1, and the cdf is the sum of the pmf', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), share, (n, p) => {
        let sum = 0;
        for (let k = 0; k <= n; k += 1) {
          sum += binomialPmf(k, n, p);
          expect(binomialCdf(k, n, p)).toBeCloseTo(sum, 10);
        }
        expect(sum).toBeCloseTo(1, 10);
      }),
      { numRuns: 50 },
    );
  });

  it('are symmetric where they should be', () => {
    const shape = fc.double({ min: 0.5, max: 500, noNaN: true });
    fc.assert(
      fc.property(share, shape, shape, (x, a, b) => {
        expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 10);
      }),
    );
  });
});
