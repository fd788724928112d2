import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { Effect } from '../../gates/effect.ts';
import type { Evidence, Standing } from '../../gates/evidence.ts';
import { EMPTY_HISTOGRAM, addSketch, indexToMs, quantileIndex } from '../../gates/histogram.ts';
import { CANDIDATE_BUCKETS, STABLE_BUCKETS } from '../../gates/buckets.ts';
import { binomial, random } from './support/random.ts';
import { normal, repeat } from './noise/support.ts';
import { radius, ratioEffect, shareEffect } from '../../gates/effect.ts';
import { sketch } from './support/batches.ts';

const LOOKS = 60;

/** All that an effect is read from. */
function standing(
  shown: { candidate: number | null; stable: number | null },
  n: Standing['n'],
  dispersion = 1,
): Standing {
  return {
    metric: 'errors',
    required: true,
    ...shown,
    unit: 'share',
    margin: 0.01,
    lnAgainst: 0,
    lnFavour: 0,
    share: 1,
    proved: false,
    absolute: false,
    n,
    dispersion,
  };
}

function shares(bad: { candidate: number; stable: number }, n: Standing['n'], alpha = 0.05, dispersion = 1): Effect {
  const shown = { candidate: bad.candidate / n.candidate, stable: bad.stable / n.stable };
  const effect = shareEffect(standing(shown, n, dispersion), alpha);
  if (!effect) throw new Error('no effect');
  return effect;
}

const covers = ({ low, high }: Effect, truth: number) => low <= truth && truth <= high;

describe('the difference of shares', () => {
  test('covers the truth at all of sixty looks in 1 − alpha of the runs', () => {
    const runs = 200;
    const next = random(5);
    for (const [candidate, stable, each] of [
      [0.03, 0.02, 60],
      [0.4, 0.3, 60],
      [0.005, 0.005, 20],
    ] as const) {
      let missed = 0;
      for (let run = 0; run < runs; run += 1) {
        const bad = { candidate: 0, stable: 0 };
        for (let t = 1; t <= LOOKS; t += 1) {
          bad.candidate += binomial(next, each, candidate);
          bad.stable += binomial(next, 2 * each, stable);
          if (covers(shares(bad, { candidate: t * each, stable: 2 * t * each }), candidate - stable)) continue;
          missed += 1;
          break;
        }
      }
      expect(missed / runs).toBeLessThanOrEqual(0.05 + 0.02);
    }
  });

  const seen = fc
    .tuple(fc.nat(500), fc.nat(500), fc.nat(500), fc.nat(500))
    .filter(([cb, cg, sb, sg]) => cb + cg > 0 && sb + sg > 0)
    .map(([cb, cg, sb, sg]) => ({ bad: { candidate: cb, stable: sb }, n: { candidate: cb + cg, stable: sb + sg } }));

  test('contains its estimate, stays within −1 and 1, and is a number', () => {
    fc.assert(
      fc.property(seen, fc.double({ min: 1e-9, max: 0.5, noNaN: true }), ({ bad, n }, alpha) => {
        const { estimate, low, high } = shares(bad, n, alpha);
        expect(low).toBeLessThanOrEqual(estimate);
        expect(high).toBeGreaterThanOrEqual(estimate);
        expect(Math.min(low, -1)).toBe(-1);
        expect(Math.max(high, 1)).toBe(1);
        expect([estimate, low, high].every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test('is its own opposite where the arms are exchanged and as large', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), fc.nat(500), (n, a, b) => {
        const [ours, theirs] = [Math.min(a, n), Math.min(b, n)];
        const both = { candidate: n, stable: n };
        const own = shares({ candidate: ours, stable: theirs }, both);
        const other = shares({ candidate: theirs, stable: ours }, both);
        expect(own.estimate).toBeCloseTo(-other.estimate, 12);
        expect(own.low).toBeCloseTo(-other.high, 12);
        expect(own.high).toBeCloseTo(-other.low, 12);
      }),
    );
  });

  test('narrows with traffic, and widens with alpha and with noise', () => {
    const width = (times: number, alpha = 0.05, dispersion = 1) => {
      const { low, high } = shares(
        { candidate: 3 * times, stable: 8 * times },
        { candidate: 100 * times, stable: 400 * times },
        alpha,
        dispersion,
      );
      return high - low;
    };
    const widths = [1, 4, 16, 64, 256].map((times) => width(times));
    expect(widths).toEqual(widths.toSorted((a, b) => b - a));
    expect(width(10, 0.01)).toBeGreaterThan(width(10, 0.05));
    expect(width(10, 0.05, 4)).toBeCloseTo(2 * width(10), 9);
  });

  test('is unknown without both arms', () => {
    expect(shareEffect(standing({ candidate: null, stable: 0.1 }, { candidate: 0, stable: 9 }), 0.05)).toBe(null);
    expect(shareEffect(standing({ candidate: 0.1, stable: null }, { candidate: 9, stable: 0 }), 0.05)).toBe(null);
  });
});

describe('the radius', () => {
  test('is that of the normal mixture, and covers a mean of normals at all looks', () => {
    const next = random(8);
    const runs = 1_500;
    let missed = 0;
    for (let run = 0; run < runs; run += 1) {
      let sum = 0;
      for (let n = 1; n <= 400; n += 1) {
        sum += normal(next);
        if (Math.abs(sum / n) <= radius(n, 0.05)) continue;
        missed += 1;
        break;
      }
    }
    expect(missed / runs).toBeLessThanOrEqual(0.05);
    expect(missed / runs).toBeGreaterThan(0.005);
  });
});

/** Quantiles of a log-normal latency: what the 50th, 95th and 99th of a hundred take, in deviations. */
const DEVIATIONS = { 0.5: 0, 0.95: 1.6449, 0.99: 2.3263 } as const;

/** The effect after each of `looks` batches, of a candidate that takes `ratio` times as long. */
function* ratios(next: () => number, quantile: number, ratio: number, looks: number): Generator<Effect> {
  let latency: Evidence['latency'] = { candidate: EMPTY_HISTOGRAM, stable: EMPTY_HISTOGRAM };
  for (let t = 1; t <= looks; t += 1) {
    const times = (n: number, factor: number) => sketch(repeat(n, () => factor * 80 * Math.exp(0.5 * normal(next))));
    latency = {
      candidate: addSketch(latency.candidate, times(120, ratio), CANDIDATE_BUCKETS),
      stable: addSketch(latency.stable, times(240, 1), STABLE_BUCKETS),
    };
    const at = (index: number | null) => (index === null ? null : indexToMs(index));
    const shown = {
      candidate: at(quantileIndex(latency.candidate, quantile)),
      stable: at(quantileIndex(latency.stable, quantile)),
    };
    const effect = ratioEffect(standing(shown, { candidate: 120 * t, stable: 240 * t }), latency, quantile, 0.05);
    if (effect) yield effect;
  }
}

describe('the ratio of latencies', () => {
  test.each(Object.keys(DEVIATIONS).map(Number))('of the %d-quantile contains its estimate and is a number', (q) => {
    for (const effect of ratios(random(2), q, 1.3, 20)) {
      expect(covers(effect, effect.estimate)).toBe(true);
      expect([effect.low, effect.high].every(Number.isFinite)).toBe(true);
      expect(effect.low).toBeGreaterThanOrEqual(-1);
    }
  });

  test('narrows with traffic', () => {
    for (const q of [0.5, 0.95]) {
      const all = [...ratios(random(3), q, 1.3, 40)].map(({ low, high }) => high - low);
      expect(all.at(-1)).toBeLessThan(0.9 * (all[2] ?? 0));
    }
  });

  test('is unknown before there are latencies of both', () => {
    const nothing = { candidate: EMPTY_HISTOGRAM, stable: EMPTY_HISTOGRAM };
    const shown = { candidate: null, stable: null };
    expect(ratioEffect(standing(shown, { candidate: 0, stable: 0 }), nothing, 0.5, 0.05)).toBe(null);
  });

  /** Of twenty runs, how many do not cover the truth at some look. */
  const missed = (q: keyof typeof DEVIATIONS, ratio: number) =>
    repeat(20, (seed) => [...ratios(random(seed), q, ratio, 30)].every((effect) => covers(effect, ratio - 1))).filter(
      (covered) => !covered,
    ).length;

  test('covers the truth at all looks in 1 − alpha of the runs, in the tail', () => {
    expect(missed(0.95, 1)).toBeLessThanOrEqual(2);
    expect(missed(0.99, 1)).toBeLessThanOrEqual(2);
  });

  // The ends of an interval are those of wide buckets, and both of them upper ends: the candidate's are wider than stable's.
  test('covers it at the median, too', () => {
    expect(missed(0.5, 1)).toBeLessThanOrEqual(2);
  });
});
