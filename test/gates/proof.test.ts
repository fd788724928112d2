import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { Proof } from '../../gates/proof.ts';
import type { TwoArms } from '../../gates/two-arms.ts';
import { NO_PROOF, addProof, boundary, excessProof, isProved, lnProof, oddsProof } from '../../gates/proof.ts';
import { addArms } from '../../gates/two-arms.ts';
import { binomial, random } from './support/random.ts';
import { excessMoments, oddsMoments, pairMoments } from './noise/moments.ts';
import { expected, normal, swapped, table } from './noise/support.ts';

const HORIZON = 60;

describe('the boundary', () => {
  test('is that of a Brownian motion that is watched all the time: Φ⁻¹(1 − β/2)', () => {
    // scipy.stats.norm.ppf(1 - beta / 2)
    expect(boundary(0.05)).toBeCloseTo(1.959963984540054, 12);
    expect(boundary(0.1)).toBeCloseTo(1.6448536269514722, 12);
    expect(boundary(0.01)).toBeCloseTo(2.5758293035489004, 12);
  });

  test('comes down to that as the batches pass, and then stays', () => {
    const needed = (time: number) => {
      let z = 0;
      while (!isProved({ gain: z * 10, variance: 100 }, time, 0.05, 1)) z += 0.01;
      return z;
    };
    expect(needed(1)).toBeCloseTo(1.96, 1);
    expect(needed(0.25)).toBeCloseTo(2 * 1.96, 1);
    expect(needed(1.5)).toBe(needed(1));
  });

  test('is crossed by a standardised sum with no drift no more often than β, at sixty looks', () => {
    const next = random(1);
    const runs = 4_000;
    for (const beta of [0.05, 0.3]) {
      let crossed = 0;
      for (let run = 0; run < runs; run += 1) {
        let proof = NO_PROOF;
        for (let t = 1; t <= HORIZON; t += 1) {
          proof = { gain: proof.gain + normal(next), variance: t };
          if (!isProved(proof, t / HORIZON, beta, 1)) continue;
          crossed += 1;
          break;
        }
      }
      expect(crossed / runs).toBeLessThanOrEqual(beta + 2 * Math.sqrt((beta * (1 - beta)) / runs));
      expect(crossed / runs).toBeGreaterThan(beta / 2);
    }
  });

  test('is never crossed by nothing: no variance, no gain, no time', () => {
    for (const proof of [NO_PROOF, { gain: 5, variance: 0 }, { gain: 0, variance: 5 }, { gain: -9, variance: 1 }]) {
      expect(isProved(proof, 1, 0.05, 1)).toBe(false);
      expect(lnProof(proof, 1)).toBe(0);
    }
    expect(isProved({ gain: 1_000, variance: 1 }, 0, 0.05, 1)).toBe(false);
  });

  test('lies as much higher as the arms are noisier than chance', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 1, max: 20, noNaN: true }),
        (gain, phi) => {
          const proof = { gain, variance: 30 };
          const wider = { gain, variance: 30 * phi };
          expect(isProved(proof, 0.7, 0.05, phi)).toBe(isProved(wider, 0.7, 0.05, 1));
          expect(lnProof(proof, phi)).toBeCloseTo(lnProof(proof, 1) / phi, 9);
        },
      ),
    );
  });
});

test('a sum does not depend on the order of its batches, to six digits', () => {
  const proofs = fc.array(
    fc.record({
      gain: fc.double({ min: -1_000, max: 1_000, noNaN: true }),
      variance: fc.double({ min: 0, max: 1_000, noNaN: true }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(proofs, (all) => {
      const [forth, back] = [all.reduce(addProof, NO_PROOF), all.toReversed().reduce(addProof, NO_PROOF)];
      expect(Math.abs(forth.gain - back.gain)).toBeLessThanOrEqual(0.05);
      expect(forth.variance).toBeCloseTo(back.variance, 1);
    }),
  );
});

describe('the proof that the candidate’s rate is not higher by the margin', () => {
  const SIZES = [
    { candidate: 20, stable: 80 },
    { candidate: 60, stable: 240 },
  ];

  test('gains nothing on the mean where the candidate is worse by just the margin, at middling rates', () => {
    for (const n of SIZES)
      for (const [s, margin] of [
        [0.3, 0.05],
        [0.5, 0.02],
        [0.2, 0.03],
      ] as const) {
        const { mean, variance } = excessMoments(n, { c: s + margin, s }, margin);
        expect(mean).toBeLessThanOrEqual(0.01 * Math.sqrt(variance));
      }
  });

  test('loses where it is worse by more, gains where it is less, the more the better it is', () => {
    for (const n of SIZES) {
      const gains = [0.5, 0.42, 0.35, 0.3].map((c) => excessMoments(n, { c, s: 0.3 }, 0.05).mean);
      expect(gains).toEqual(gains.toSorted((a, b) => a - b));
      expect(gains[0]).toBeLessThan(0);
      expect(gains[3]).toBeGreaterThan(0);
    }
  });

  test('says of itself how much it varies, on the safe side', () => {
    for (const n of SIZES)
      for (const [s, margin] of [
        [0.3, 0.05],
        [0.05, 0.01],
        [0.005, 0.01],
      ] as const) {
        const { variance, claimed } = excessMoments(n, { c: s + margin, s }, margin);
        expect(claimed / variance).toBeGreaterThan(0.97);
      }
  });

  // Batches are weighted by their own rates, which are low just when the candidate was lucky.
  test('gains nothing on the mean at low rates either', () => {
    for (const n of SIZES)
      for (const [s, margin] of [
        [0.005, 0.01],
        [0, 0.01],
        [0.001, 0.05],
      ] as const) {
        const { mean, variance } = excessMoments(n, { c: s + margin, s }, margin);
        expect(mean).toBeLessThanOrEqual(0.03 * Math.sqrt(variance));
      }
  });

  /** Share of runs that ever prove it though the candidate is worse by the margin. */
  function everProved(runs: number, s: number, margin: number, beta: number): number {
    const next = random(77);
    let proved = 0;
    for (let run = 0; run < runs; run += 1) {
      let [proof, seen]: [Proof, TwoArms] = [NO_PROOF, table([0, 0], [0, 0])];
      for (let t = 1; t <= HORIZON; t += 1) {
        const now = table([binomial(next, 60, s + margin), 60], [binomial(next, 240, s), 240]);
        // Stable's rate so far, drawn towards a twentieth of the margin.
        const usual = (seen.stableBad + 0.2) / (seen.stable + 4 / margin);
        proof = addProof(proof, excessProof(now, margin, usual));
        seen = addArms(seen, now);
        if (!isProved(proof, t / HORIZON, beta, 1)) continue;
        proved += 1;
        break;
      }
    }
    return proved / runs;
  }

  test('is had at the margin no more often than β, at middling rates', () => {
    expect(everProved(400, 0.2, 0.05, 0.1)).toBeLessThanOrEqual(0.1 + 0.03);
  });

  // For the same reason.
  test('is had at the margin no more often than β, at low rates', () => {
    expect(everProved(400, 0.005, 0.01, 0.05)).toBeLessThanOrEqual(0.05 + 0.03);
  });

  test('counts an outage of both arms for little', () => {
    const n = { candidate: 120, stable: 480 };
    const calm = excessProof(expected(n, { candidate: 0.005, stable: 0.005 }), 0.01, 0.005);
    for (const during of [
      { candidate: 0.5, stable: 0.5 },
      { candidate: 0.45, stable: 0.5 },
      { candidate: 0.55, stable: 0.5 },
    ]) {
      const outage = excessProof(expected(n, during), 0.01, 0.005);
      expect(outage.variance).toBeLessThan(calm.variance / 5);
      expect(Math.abs(outage.gain)).toBeLessThan(calm.gain / 2);
    }
  });

  test('is nothing without both arms or without a margin', () => {
    expect(excessProof(table([0, 0], [1, 9]), 0.1, 0.1)).toEqual(NO_PROOF);
    expect(excessProof(table([1, 9], [0, 0]), 0.1, 0.1)).toEqual(NO_PROOF);
    expect(excessProof(table([1, 9], [1, 9]), 0, 0.1)).toEqual(NO_PROOF);
  });

  test('falls with every bad answer of the candidate, and is a number whatever was counted', () => {
    const counts = fc.tuple(
      fc.nat(50),
      fc.integer({ min: 100, max: 300 }),
      fc.nat(100),
      fc.integer({ min: 300, max: 900 }),
    );
    fc.assert(
      fc.property(counts, fc.double({ min: 0.001, max: 0.1, noNaN: true }), ([cb, good, sb, stableGood], margin) => {
        const [candidate, stable] = [cb + good, sb + stableGood];
        const usual = sb / stable;
        const z = ({ gain, variance }: Proof) => gain / Math.sqrt(variance);
        const seen = excessProof(table([cb, candidate], [sb, stable]), margin, usual);
        const worse = excessProof(table([cb + 1, candidate], [sb, stable]), margin, usual);
        expect(Number.isFinite(seen.gain) && seen.variance > 0 && Number.isFinite(seen.variance)).toBe(true);
        // Below the margin more bad ones always say less for it; above it they are further on the wrong side.
        if (seen.gain > 0) expect(z(worse)).toBeLessThan(z(seen));
        else expect(worse.gain).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('the proof that the candidate’s odds are lower', () => {
  const MARGINS = [
    [5, 9, 4],
    [20, 80, 30],
    [3, 50, 1],
    [40, 10, 45],
  ] as const;

  test('gains nothing on the mean where they are equal, and varies as it says', () => {
    for (const [candidate, stable, bad] of MARGINS) {
      const { mean, variance, claimed } = oddsMoments(candidate, stable, bad, 1);
      expect(mean).toBeCloseTo(0, 9);
      expect(variance).toBeCloseTo(claimed, 9);
    }
  });

  test('loses where they are higher and gains where they are lower', () => {
    for (const [candidate, stable, bad] of MARGINS) {
      expect(oddsMoments(candidate, stable, bad, 1.5).mean).toBeLessThan(0);
      expect(oddsMoments(candidate, stable, bad, 1 / 1.5).mean).toBeGreaterThan(0);
    }
  });

  test('is its own opposite with the arms exchanged', () => {
    const counts = fc.tuple(fc.nat(50), fc.nat(50), fc.nat(99), fc.nat(99));
    fc.assert(
      fc.property(counts, ([cb, cg, sb, sg]) => {
        const seen = table([cb, cb + cg], [sb, sb + sg]);
        const [own, other] = [oddsProof(seen), oddsProof(swapped(seen))];
        expect(own.gain + other.gain).toBeCloseTo(0, 9);
        expect(own.variance).toBeCloseTo(other.variance, 9);
      }),
    );
  });

  test('doubles its standard score with four times the traffic', () => {
    const z = (times: number, [cb, candidate, sb, stable]: readonly [number, number, number, number]) => {
      const { gain, variance } = oddsProof(table([times * cb, times * candidate], [times * sb, times * stable]));
      return gain / Math.sqrt(variance);
    };
    for (const counts of [
      [7, 200, 40, 800],
      [90, 200, 400, 800],
    ] as const)
      expect(z(4, counts) / z(1, counts)).toBeCloseTo(2, 2);
  });

  test('is nothing where the arms cannot be told apart', () => {
    for (const seen of [table([0, 9], [0, 9]), table([9, 9], [9, 9]), table([0, 0], [3, 9]), table([3, 9], [0, 0])])
      expect(oddsProof(seen)).toEqual(NO_PROOF);
  });
});

describe('the proof that pairs add', () => {
  test('gains nothing on the mean where the mirrored version is wrong more often by just the margin', () => {
    for (const [against, margin] of [
      [0.03, 0.02],
      [0, 0.1],
      [0.2, 0.05],
    ] as const) {
      expect(pairMoments(12, against + margin, against, margin).mean).toBeCloseTo(0, 9);
      expect(pairMoments(12, against + 2 * margin, against, margin).mean).toBeLessThan(0);
      expect(pairMoments(12, against, against, margin).mean).toBeGreaterThan(0);
    }
  });

  test('says of itself how much it varies, on the safe side', () => {
    for (const [against, margin] of [
      [0.03, 0.02],
      [0.2, 0.05],
    ] as const) {
      const { variance, claimed } = pairMoments(30, against + margin, against, margin);
      expect(claimed / variance).toBeGreaterThan(0.97);
    }
  });
});
