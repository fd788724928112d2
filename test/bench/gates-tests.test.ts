import { describe, expect, it } from 'vitest';
import type { ArmLine } from '../../gates/session/protocol.ts';
import { CountTest } from '../../bench/gates/procedures/netflix/count-test.ts';
import { EmpiricalDistribution, bandHalfWidth, largestExcess } from '../../bench/gates/procedures/netflix/cdf-bands.ts';
import { ZScores } from '../../bench/gates/procedures/z-score.ts';
import { drawLatencies } from '../../bench/gates/sim/latency.ts';
import { lnChoose } from '../../gates/numeric.ts';
import { randomOf } from '../../bench/gates/sim/random.ts';

const SHAPE = { kind: 'lognormal', median: 80, sigma: 0.5 } as const;

describe('the time-uniform band around a distribution', () => {
  it('is as wide as published, a little wider than confseq computes for a later start', () => {
    // confseq's own golden value: empirical_process_lil_bound(1000, 0.05, 100, 0.85); its time is counted in units of 100.
    const published = 0.85 * Math.sqrt((Math.log(1 + Math.log(1000 / 100)) + 0.8 * Math.log(1612 / 0.05)) / 1000);
    expect(published).toBeGreaterThan(0.08204769);
    expect(published).toBeLessThan(1.02 * 0.08204769);
    expect(bandHalfWidth(1_000, 0.05)).toBeGreaterThan(published);
  });

  it('lets arms of one distribution cross at no look of nearly all runs', () => {
    const crossed = Array.from({ length: 200 }, (_, run) => crosses(run, 1)).filter(Boolean).length;
    expect(crossed).toBeLessThanOrEqual(10);
  });

  it('sees latency of one and a half times within minutes', () => {
    expect(crosses(0, 1.5)).toBe(true);
  });
});

describe('the test of counts', () => {
  it('is worth at most 1 on average, whatever the number of events: enumerated over two batches', () => {
    for (const share of [0.05, 0.2, 0.5]) {
      const [first, second] = [4, 6];
      let expectation = 0;
      for (let i = 0; i <= first; i += 1)
        for (let j = 0; j <= second; j += 1) {
          const test = new CountTest();
          test.add(i, first - i, share);
          test.add(j, second - j, share);
          expectation += binomial(first, i, share) * binomial(second, j, share) * Math.exp(test.lnE);
        }
      expect(expectation).toBeCloseTo(1, 10);
    }
  });

  it('finds many more events on the candidate than its share, not many fewer', () => {
    const [worse, better] = [new CountTest(), new CountTest()];
    worse.add(40, 40, 0.2);
    better.add(0, 80, 0.2);
    expect([worse.isWorse(0.05), better.isWorse(0.05)]).toEqual([true, false]);
  });
});

describe('z-scores', () => {
  it('are those of the textbook', () => {
    const z = new ZScores();
    z.add({
      t: 1,
      weight: 0.5,
      stable: arm(100, 10, [Math.E, Math.E ** 3]),
      candidate: arm(100, 20, [Math.E ** 3, Math.E ** 5]),
      paired: { n: 100, stable_only_wrong: 9, candidate_only_wrong: 16 },
    });
    const [errors, latency, pairs] = z.scores();
    expect(errors).toBeCloseTo(0.1 / Math.sqrt((2 * 0.15 * 0.85) / 100), 12);
    expect(latency).toBeCloseTo(2 / Math.sqrt(0.5 + 0.5), 12);
    expect(pairs).toBeCloseTo(7 / 5, 12);
  });

  it('are 0 while there is nothing to compare', () => {
    const z = new ZScores();
    z.add({ t: 1, weight: 0.5, stable: arm(0, 0, []), candidate: arm(0, 0, []) });
    expect(z.scores()).toEqual([0, 0]);
  });
});

/** Whether the arms' bands part within 40 batches, at 5 %, when the candidate takes `factor` times as long. */
function crosses(run: number, factor: number): boolean {
  const random = randomOf(5, 'bands', run);
  const [candidate, stable] = [new EmpiricalDistribution(), new EmpiricalDistribution()];
  for (let batch = 0; batch < 40; batch += 1) {
    candidate.add(latencies(20, factor));
    stable.add(latencies(80, 1));
    const band = bandHalfWidth(candidate.n, 0.025) + bandHalfWidth(stable.n, 0.025);
    if (largestExcess(candidate, stable) > band) return true;
  }
  return false;

  function latencies(n: number, by: number): number[] {
    const into: number[] = [];
    drawLatencies(into, n, SHAPE, by, random);
    return into;
  }
}

function binomial(n: number, k: number, p: number): number {
  return Math.exp(lnChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

function arm(n: number, errors: number, latencies: number[]): ArmLine {
  return { n, errors, latencies_ms: latencies };
}
