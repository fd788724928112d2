import { describe, expect, it } from 'vitest';
import type { ArmLine, BatchLine } from '../../gates/session/protocol.ts';
import { DEFAULT_CONFIG } from '../../bench/gates/default-config.ts';
import { KAYENTA, scoreOf } from '../../bench/gates/procedures/kayenta/judge.ts';
import { classify } from '../../bench/gates/procedures/kayenta/classify.ts';
import { mannWhitneyInterval } from '../../bench/gates/procedures/kayenta/mann-whitney.ts';

const ONES = Array.from({ length: 10 }, () => 1);
const sevenHigh = [100, 100, 100, 100, 100, 100, 100, 1, 1, 1];

describe('the Mann–Whitney interval', () => {
  it('is what Kayenta printed in spinnaker/spinnaker issue 6278', () => {
    const { low, high, estimate } = mannWhitneyInterval(sevenHigh, ONES);
    expect(low).toBeCloseTo(6.825022991538781e-5, 15);
    expect(high).toBe(99);
    expect(estimate).toBe(98.99992904170193);
    expect(0.25 * estimate).toBe(24.749982260425483);
  });

  // Without a solver: of the shifts that SciPy 1.17.1 does not reject, with `scipy.stats.mannwhitneyu(round(x - shift, 9), y,
  // method='asymptotic', use_continuity=True).pvalue > 1 - level`, the least and the largest, tried between each two
  // neighbours of all differences `x - y`. Kayenta's solver stops within 1e-4 of such a jump.
  it.each([
    [
      [12.1, 14.3, 11.8, 15.2, 13.9, 16.4, 12.7, 14.8],
      [10.2, 11.1, 9.8, 12.4, 10.9, 11.7, 13.0, 10.5, 9.9],
      2.3263478740408408,
      1.0,
      4.7,
    ],
    [
      [0.5, 1.2, 0.9, 2.2, 1.7, 0.4, 1.1, 1.6, 2.9, 0.8, 1.3, 1.9],
      [0.6, 1.0, 1.4, 0.7, 1.8, 2.1, 0.3, 1.5, 0.2, 2.4],
      2.3263478740408408,
      -0.7,
      1.0,
    ],
    [[3.1, 4.7, 2.2, 5.9, 4.1, 3.8, 6.3], [7.2, 5.1, 8.8, 6.6, 9.4, 4.9, 7.7, 8.1], 1.9599639845400545, -5.0, -1.0],
  ])('inverts the test that SciPy computes: %j against %j', (x, y, z, low, high) => {
    const interval = mannWhitneyInterval(x, y, z);
    expect(Math.abs(interval.low - low)).toBeLessThan(1e-4);
    expect(Math.abs(interval.high - high)).toBeLessThan(1e-4);
  });

  it('has no answer when all values are tied', () => {
    expect(() => mannWhitneyInterval([1, 1, 1], [1, 1])).toThrow('tied');
  });
});

describe('the classification of a metric', () => {
  it('passes seven of ten points a hundredfold, and fails the eighth, as issue 6278 complains', () => {
    expect(classify(sevenHigh, ONES, 'increase')).toBe('Pass');
    expect(classify([...sevenHigh.slice(0, 7), 100, 1, 1], ONES, 'increase')).toBe('High');
  });

  it('counts only the direction that is worse', () => {
    const [low, high] = [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [11, 12, 13, 14, 15, 16, 17, 18],
    ];
    expect(classify(high, low, 'increase')).toBe('High');
    expect(classify(high, low, 'decrease')).toBe('Pass');
    expect(classify(low, high, 'decrease')).toBe('Low');
  });

  it('leaves out what is not a number, and knows no data from a pass', () => {
    expect(classify([NaN, NaN], [1, 2], 'increase')).toBe('Nodata');
    expect(classify([NaN, 1, 2, 3], [1, 2, 3], 'increase')).toBe('Pass');
    expect(classify([0, 0, 0], [0, 0, 0, 0], 'increase')).toBe('Pass');
  });

  it('tells two constant series apart', () => {
    const constant = (value: number) => Array.from({ length: 20 }, () => value);
    expect(classify(constant(0.5), constant(0.1), 'increase')).toBe('High');
  });
});

describe('the score', () => {
  it('is the percentage of metrics with data that pass; missing data of half of them is 0', () => {
    expect(scoreOf(['Pass', 'Pass', 'Pass', 'High', 'Nodata', 'Nodata'])).toBe(75);
    expect(scoreOf(['Pass', 'Nodata', 'Nodata', 'Nodata'])).toBe(0);
  });
});

describe('the judge', () => {
  it('promotes equals at the end of the hour, and stops a canary with one metric of four higher at the first judgement', () => {
    expect(ends(() => 0)).toEqual(['promote', 60]);
    expect(ends(() => 20)).toEqual(['rollback', 10]);
  });

  it('judges a growing window, so that what comes late is drowned for a while', () => {
    const [decision, minute] = ends((t) => (t > 30 ? 20 : 0));
    expect(decision).toBe('rollback');
    expect(minute).toBeGreaterThan(40);
  });
});

function ends(candidateErrors: (t: number) => number): [string, number] {
  const judge = KAYENTA.open(DEFAULT_CONFIG, []);
  if (typeof judge !== 'function') throw new Error('it steers no weight');
  for (let t = 1; t <= 60; t += 1) {
    // A little noise, the same on both arms, so that no series is constant.
    const batch: BatchLine = { t, weight: 0.2, stable: arm(t % 7, t), candidate: arm((t % 7) + candidateErrors(t), t) };
    const decision = judge(batch);
    if (decision !== 'continue') return [decision, t];
  }
  return ['continue', 60];
}

function arm(errors: number, t: number): ArmLine {
  return { n: 200, errors, latencies_ms: Array.from({ length: 200 }, (_, i) => 50 + i + (t % 5)) };
}
