import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BinCounts } from '../../../domain/gate-batch.ts';
import { bets, watchDrift, type DriftLimits, type DriftWatch } from '../../../gates/drift/watch.ts';
import { nearestNormal, referenceRadius, relativeEntropy } from '../../../gates/drift/reference.ts';
import { draw, random } from '../support/random.ts';

const LIMITS: DriftLimits = { runLength: 200, large: 0.1, users: 1 };
const TENTH = Array.from({ length: 10 }, () => 0.1);
/** Half a standard deviation up, of normally distributed numbers in ten bins: an index of about 0.25. */
const SHIFTED = [0.037, 0.053, 0.066, 0.077, 0.087, 0.099, 0.112, 0.129, 0.155, 0.185];

function features(next: () => number, n: number, all: readonly (readonly number[])[]): BinCounts {
  return Object.fromEntries(all.map((shares, i) => [`f${i}`, draw(next, n, shares)]));
}

/** Windows until the first finding, `null` where there is none; every watch has a reference sample of its own. */
function firstFinding(
  seed: number,
  {
    rows,
    perWindow,
    windows,
    now,
  }: { rows: number; perWindow: number; windows: number; now: (t: number) => number[][] },
  limits = LIMITS,
): { at: number | null; names: string[] } {
  const next = random(seed);
  const reference = features(
    next,
    rows,
    now(-1).map(() => TENTH),
  );
  let state: DriftWatch = {};
  for (let t = 0; t < windows; t += 1) {
    const looked = watchDrift(state, features(next, perWindow, now(t)), reference, limits);
    state = looked.state;
    if (looked.drifted.length > 0) return { at: t, names: looked.drifted.map(({ name }) => name) };
  }
  return { at: null, names: [] };
}

describe('watching for drift without an end', () => {
  test('finds none where there is none, far beyond the stated run length and however small the reference is', () => {
    const usual = [TENTH, TENTH, TENTH, TENTH, TENTH];
    // By size alone nothing is kept out here, so that the evidence has to do it.
    const bySizeOnly = { ...LIMITS, large: 0 };
    let alarms = 0;
    for (const [seed, rows] of [300, 300, 300, 300, 1_000, 1_000, 5_000, 5_000].entries())
      alarms +=
        firstFinding(seed, { rows, perWindow: 400, windows: 100, now: () => usual }, bySizeOnly).at === null ? 0 : 1;
    // 800 windows with one alarm in 200 would be four; the stated run length is a lower bound.
    expect(alarms).toBeLessThanOrEqual(4);
  });

  test('finds a planted shift within a few windows, and names the feature that has it', () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const now = (t: number) => [TENTH, t < 20 ? TENTH : SHIFTED, TENTH];
      const { at, names } = firstFinding(seed, { rows: 2_000, perWindow: 500, windows: 40, now });
      expect(names).toEqual(['f1']);
      expect(at).toBeGreaterThanOrEqual(20);
      expect(at).toBeLessThan(30);
    }
  });

  test('tells nothing of a shift that is certain and small', () => {
    const slight = TENTH.map((share, i) => share + (i < 5 ? 0.01 : -0.01));
    const watched = { rows: 1_000_000, perWindow: 4_000, windows: 30, now: () => [slight] };
    expect(firstFinding(3, watched).at).toBeNull();
    expect(firstFinding(3, watched, { ...LIMITS, large: 0.005 }).at).not.toBeNull();
  });

  test('ends soon after the drift ends', () => {
    const next = random(5);
    const reference = features(next, 3_000, [TENTH]);
    let state: DriftWatch = {};
    const found = (shares: readonly number[]) => {
      const looked = watchDrift(state, features(next, 1_000, [shares]), reference, LIMITS);
      state = looked.state;
      return looked.drifted.length > 0;
    };
    for (let t = 0; t < 100; t += 1) found(SHIFTED);
    expect(found(SHIFTED)).toBe(true);
    const after = Array.from({ length: 6 }, () => found(TENTH));
    expect(after.at(-1)).toBe(false);
  });

  test('takes a window for the sum of its parts, in any order, and ignores bins that are not those of the reference', () => {
    const counts = fc.array(fc.nat(200), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(counts, { minLength: 2, maxLength: 6 }), counts, (parts, normal) => {
        const reference = { a: normal.map((count) => count + 50), b: [60, 70] };
        const sum = (all: readonly number[][]) => all.reduce((x, y) => x.map((count, i) => count + (y[i] ?? 0)));
        const start = watchDrift({}, { a: [9, 9, 9, 9] }, reference, LIMITS).state;
        const forth = watchDrift(start, { a: sum(parts) }, reference, LIMITS);
        const back = watchDrift(start, { b: [], a: sum([...parts].reverse()), c: [1] }, reference, LIMITS);
        expect(back).toEqual(forth);
        expect(watchDrift(start, { a: [1, 2, 3] }, reference, LIMITS).state).toEqual(start);
        expect(JSON.parse(JSON.stringify(forth.state))).toEqual(forth.state);
      }),
    );
  });
});

const share3 = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .map((weights) => weights.map((weight) => weight / weights.reduce((sum, x) => sum + x, 0)));

describe('a bet against everything near the reference', () => {
  test('has a mean of at most 1 under every distribution within the radius, whatever was seen before', () => {
    const counts = fc.array(fc.nat(100), { minLength: 3, maxLength: 3 });
    const normal = counts.filter((all) => all.filter((count) => count > 0).length > 1);
    fc.assert(
      fc.property(
        normal,
        counts,
        share3,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (reference, earlier, truth, radius) => {
          const n = reference.reduce((sum, count) => sum + count, 0);
          const shares = reference.map((count) => count / n);
          fc.pre(relativeEntropy(shares, truth) <= radius);
          const single = [0, 1, 2].map((bin) => [0, 1, 2].map((i) => (i === bin ? 1 : 0)));
          const means = [0, 0];
          single.forEach((now, bin) =>
            bets(now, earlier, reference, radius).forEach(
              (lnE, i) => (means[i] = (means[i] ?? 0) + (truth[bin] ?? 0) * Math.exp(lnE)),
            ),
          );
          for (const mean of means) expect(mean).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('is drawn against the nearest distribution, which lies at the radius and no nearer', () => {
    const nearest = nearestNormal([0.2, 0.8], [0.5, 0.5], 0.05);
    expect(relativeEntropy([0.5, 0.5], nearest)).toBeCloseTo(0.05, 9);
    expect(nearestNormal([0.45, 0.55], [0.5, 0.5], 0.05)).toEqual([0.45, 0.55]);
  });
});

test('the truth lies within the radius around a sample of it as often as stated', () => {
  const next = random(11);
  let outside = 0;
  for (let run = 0; run < 400; run += 1) {
    const sample = draw(next, 500, TENTH);
    const radius = referenceRadius(sample, 0.05);
    if (
      relativeEntropy(
        sample.map((count) => count / 500),
        TENTH,
      ) > radius
    )
      outside += 1;
  }
  expect(outside / 400).toBeLessThanOrEqual(0.05);
  expect(referenceRadius([500, 500], 0.05)).toBeLessThan(referenceRadius([50, 50], 0.05));
  expect(referenceRadius([0, 0], 0.05)).toBe(Infinity);
});
