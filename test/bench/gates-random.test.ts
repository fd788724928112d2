import { describe, expect, it } from 'vitest';
import { randomOf } from '../../bench/gates/sim/random.ts';
import { lnChoose } from '../../gates/numeric.ts';

const DRAWS = 40_000;

describe('the simulator’s random numbers', () => {
  it('are the same for the same seed, name and run, and others for any other', () => {
    const first = (seed: number, name: string, run: number) => randomOf(seed, name, run).uniform();
    expect(first(7, 'plain', 3)).toBe(first(7, 'plain', 3));
    const others = [first(8, 'plain', 3), first(7, 'plain ', 3), first(7, 'plain', 4), first(7 + 2 ** 32, 'plain', 3)];
    expect(new Set([first(7, 'plain', 3), ...others]).size).toBe(5);
  });

  it.each([
    [6, 0.3],
    [20, 0.02],
    [5, 0.9],
  ])('draws binomial counts of %i trials at %f as often as the formula says', (n, p) => {
    const random = randomOf(1, 'binomial', n);
    const seen = Array.from({ length: n + 1 }, () => 0);
    for (let i = 0; i < DRAWS; i += 1) seen[random.binomial(n, p)]! += 1;
    seen.forEach((count, k) => {
      const chance = Math.exp(lnChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
      expect(Math.abs(count - DRAWS * chance)).toBeLessThan(4.5 * Math.sqrt(DRAWS * chance) + 1);
    });
  });

  it('has every success where the chance is 1, and none where it is 0', () => {
    const random = randomOf(1, 'edges', 0);
    expect([random.binomial(50, 1), random.binomial(50, 0), random.binomial(0, 0.5)]).toEqual([50, 0, 0]);
  });

  it('draws normal values of mean 0, variance 1 and kurtosis 3', () => {
    const random = randomOf(1, 'normal', 0);
    const values = Array.from({ length: DRAWS }, () => random.normal());
    const moment = (k: number) => values.reduce((sum, x) => sum + x ** k, 0) / DRAWS;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.25);
  });

  it.each([3, 40, 600])('draws counts of mean and variance %i', (mean) => {
    const random = randomOf(1, 'poisson', mean);
    const values = Array.from({ length: DRAWS }, () => random.poisson(mean));
    const average = values.reduce((sum, x) => sum + x, 0) / DRAWS;
    const variance = values.reduce((sum, x) => sum + (x - average) ** 2, 0) / DRAWS;
    expect(Math.abs(average - mean)).toBeLessThan(4.5 * Math.sqrt(mean / DRAWS));
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.04);
  });
});
