import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { DriftReference, DriftState } from '../../../gates/drift/drift.ts';
import { CANDIDATE, STABLE, arm } from '../support/batches.ts';
import { NO_DRIFT, observeDrift } from '../../../gates/drift/drift.ts';
import { STRIDES, armsBet, referenceBet } from '../../../gates/drift/bets.ts';
import { driftFinding } from '../../../gates/drift/finding.ts';
import { eBh } from '../../../gates/drift/e-bh.ts';
import { draw, random } from '../support/random.ts';

const NORMAL = [0.3, 0.25, 0.2, 0.15, 0.1];
const MOVED = [0.1, 0.15, 0.2, 0.25, 0.3];
const REFERENCE: DriftReference = {
  inputs: { age: NORMAL.map((share) => share * 5_000) },
  outputs: { score: NORMAL.map((share) => share * 5_000) },
};

interface Shares {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Forty batches of 40 requests of the candidate and 160 of stable. */
function watch(seed: number, at: (batch: number) => { candidate: Shares; stable: Shares }): DriftState {
  const next = random(seed);
  let state = NO_DRIFT;
  for (let t = 0; t < 40; t += 1) {
    const shares = at(t);
    const counts = (n: number, { inputs, outputs }: Shares) => ({
      inputs: { age: draw(next, n, inputs) },
      outputs: { score: draw(next, n, outputs) },
    });
    const candidate = arm(CANDIDATE, 40, counts(40, shares.candidate));
    const stable = arm(STABLE, 160, counts(160, shares.stable));
    state = observeDrift(state, { candidate, stable }, REFERENCE);
  }
  return state;
}

const finding = (seed: number, at: Parameters<typeof watch>[1]) =>
  driftFinding(watch(seed, at), { alpha: 0.01, reference: REFERENCE });
const both = (shares: Shares) => ({ candidate: shares, stable: shares });
const usual: Shares = { inputs: NORMAL, outputs: NORMAL };

describe('drift', () => {
  test('is none while both arms are as they were', () => {
    for (let seed = 0; seed < 20; seed += 1) expect(finding(seed, () => both(usual)).kind).toBe('none');
  });

  test('common to both arms is told as such, and is no evidence against the candidate', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const moved = { inputs: MOVED, outputs: MOVED };
      const found = finding(seed, (t) => both(t < 15 ? usual : moved));
      expect(found).toMatchObject({ kind: 'common', candidate: [], split: [] });
      expect(found.common).toEqual(['inputs.age', 'outputs.score']);
      expect(found.lnAgainst).toBeLessThan(Math.log(100));
    }
  });

  test('of the candidate’s answers alone counts against it', () => {
    const found = finding(3, () => ({ candidate: { inputs: NORMAL, outputs: MOVED }, stable: usual }));
    expect(found).toMatchObject({ kind: 'candidate', candidate: ['outputs.score'], common: [], split: [] });
    expect(found.lnAgainst).toBeGreaterThan(Math.log(1_000));
    expect(found.features.find(({ name }) => name === 'outputs.score')?.between.distances?.psi).toBeGreaterThan(0.25);
  });

  test('of the candidate’s answers is found although both arms’ inputs drift', () => {
    const found = finding(3, () => ({
      candidate: { inputs: MOVED, outputs: MOVED },
      stable: { inputs: MOVED, outputs: NORMAL },
    }));
    expect(found).toMatchObject({ kind: 'candidate', candidate: ['outputs.score'], common: ['inputs.age'] });
  });

  test('of the inputs of one arm says that the split is wrong, and blames nobody for the answers', () => {
    const found = finding(3, () => ({ candidate: { inputs: MOVED, outputs: MOVED }, stable: usual }));
    expect(found).toMatchObject({ kind: 'split', split: ['inputs.age'], candidate: [] });
  });

  test('that begins late is found all the same', () => {
    const late = (t: number) => ({ candidate: { inputs: NORMAL, outputs: t < 20 ? NORMAL : MOVED }, stable: usual });
    expect(finding(8, late).kind).toBe('candidate');
  });

  test('that is certain but small is none', () => {
    const state: DriftState = {
      inputs: {},
      outputs: {
        score: {
          candidate: [1000, 1000],
          stable: [1100, 900],
          arms: { bets: 9, lines: [40, 40] },
          reference: { bets: 0, lines: [] },
        },
      },
    };
    expect(driftFinding(state, { alpha: 0.01 })).toMatchObject({ kind: 'none' });
  });

  test('state stays small: eight features of ten bins take 2.2 KB', () => {
    const next = random(1);
    const tenth = Array.from({ length: 10 }, () => 0.1);
    const names = Array.from({ length: 8 }, (_, i) => `feature${i}`);
    const counts = (n: number) => Object.fromEntries(names.map((name) => [name, draw(next, n, tenth)]));
    let state = NO_DRIFT;
    for (let t = 0; t < 30; t += 1) {
      const [candidate, stable] = [
        arm(CANDIDATE, 400, { inputs: counts(400) }),
        arm(STABLE, 900, { inputs: counts(900) }),
      ];
      state = observeDrift(state, { candidate, stable });
    }
    expect(JSON.stringify(state).length).toBeLessThan(2_200);
    expect(state.inputs.feature0?.stable.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(4_000);
  });

  test('is not looked for in bins that are not those of before, and without features there is none', () => {
    const state = watch(1, () => both(usual));
    const other = arm(CANDIDATE, 10, { inputs: { age: [1, 2] } });
    expect(observeDrift(state, { candidate: other, stable: arm(STABLE, 10) }, REFERENCE)).toEqual(state);
    expect(driftFinding(NO_DRIFT, { alpha: 0.01 })).toMatchObject({ kind: 'none', lnAgainst: 0, features: [] });
  });
});

/** All ways to put n observations into bins of these chances. */
function tables(n: number, shares: readonly number[]): [counts: number[], chance: number][] {
  if (n === 0) return [[shares.map(() => 0), 1]];
  return tables(n - 1, shares).flatMap(([counts, chance]) =>
    shares.map((share, bin): [number[], number] => [
      counts.map((count, i) => count + (i === bin ? 1 : 0)),
      chance * share,
    ]),
  );
}

const share3 = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .map((weights) => weights.map((weight) => weight / weights.reduce((sum, x) => sum + x, 0)));
const seen3 = fc.array(fc.nat(60), { minLength: 3, maxLength: 3 });

describe('bets on drift', () => {
  test('between the arms have a mean of at most 1 for every common distribution and every guess', () => {
    const given = fc.tuple(share3, seen3, seen3, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(given, ([shares, candidate, stable, n, m]) => {
        const means = STRIDES.map(() => 0);
        for (const [ours, p] of tables(n, shares))
          for (const [theirs, q] of tables(m, shares))
            armsBet({ candidate: ours, stable: theirs }, { candidate, stable }).forEach(
              (lnE, i) => (means[i] = (means[i] ?? 0) + p * q * Math.exp(lnE)),
            );
        for (const mean of means) expect(mean).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { numRuns: 30 },
    );
  });

  test('against the reference have a mean of exactly 1 under it', () => {
    const reference = [60, 30, 10];
    const shares = reference.map((count) => (count + 0.5) / 101.5);
    fc.assert(
      fc.property(seen3, (earlier) => {
        const means = STRIDES.map(() => 0);
        for (const [now, chance] of tables(3, shares))
          referenceBet(now, earlier, reference).forEach(
            (lnE, i) => (means[i] = (means[i] ?? 0) + chance * Math.exp(lnE)),
          );
        for (const mean of means) expect(mean).toBeCloseTo(1, 9);
      }),
    );
  });

  test('say the same of two arms whichever is called the candidate, and nothing before anything was seen', () => {
    fc.assert(
      fc.property(seen3, seen3, seen3, seen3, (a, b, c, d) => {
        const forth = armsBet({ candidate: a, stable: b }, { candidate: c, stable: d });
        const back = armsBet({ candidate: b, stable: a }, { candidate: d, stable: c });
        forth.forEach((lnE, i) => expect(back[i]).toBeCloseTo(lnE, 8));
        const first = armsBet({ candidate: a, stable: b }, { candidate: [0, 0, 0], stable: [0, 0, 0] });
        for (const lnE of first) expect(lnE).toBeCloseTo(0, 9);
      }),
    );
  });
});

describe('e-BH', () => {
  test('rejects the k of which the least has an e-value of m/(kα)', () => {
    const lnEs = [500, 1, 45, 30].map(Math.log);
    expect(eBh(lnEs, 0.05)).toEqual([0, 2, 3]);
    expect(eBh([500, 1, 39, 26].map(Math.log), 0.05)).toEqual([0]);
    expect(eBh([79, 1, 39, 26].map(Math.log), 0.05)).toEqual([]);
    expect(eBh([], 0.05)).toEqual([]);
  });

  test('of one hypothesis asks for 1/α', () => {
    expect(eBh([Math.log(19.9)], 0.05)).toEqual([]);
    expect(eBh([Math.log(20.1)], 0.05)).toEqual([0]);
  });
});
