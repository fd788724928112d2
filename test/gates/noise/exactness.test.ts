import { describe, expect, test } from 'vitest';
import type { Belief, NoisePrior } from '../../../gates/noise/belief.ts';
import type { State } from './law.ts';
import { before, moved, outcomes } from './law.ts';
import { binomial, random } from '../support/random.ts';
import { HORIZON, hear, table } from './support.ts';
import { lnOdds, usualNoise } from '../../../gates/noise/belief.ts';
import { stakeAt } from '../../../gates/stakes.ts';

/** Packing rounds each weight by a thousandth at most. */
const ROUNDING = 0.005;

type Sizes = { readonly candidate: number; readonly stable: number; readonly bad: number };
const tableOf = ({ candidate, stable, bad }: Sizes, k: number) => table([k, candidate], [bad - k, stable]);

/** The mean of the e-value over everything that harmless candidates may show in these batches, noise included. */
function mean(sizes: readonly Sizes[], prior: NoisePrior, belief: Belief | null = null, states?: State[]): number {
  const [now, ...later] = sizes;
  if (!now) return Math.exp(lnOdds(belief));
  const known = states ? moved(states, belief as Belief) : moved(before(prior), { habits: habitsOf(prior) });
  return outcomes(known, now).reduce((sum, { k, chance, after }) => {
    return sum + chance * mean(later, prior, hear(belief, tableOf(now, k), { prior }), after);
  }, 0);
}

function habitsOf({ habits: { calm, starts, burst, stays, heed = 1, levels } }: NoisePrior): Belief['habits'] {
  return [calm, starts, burst, stays, heed, ...levels];
}

const staked = (batches: number) =>
  Array.from({ length: batches }, (_, i) => stakeAt(i + 1, HORIZON)).reduce((sum, stake) => sum + stake, 0);

/** Noise as windows of replicas may have taught it: mostly bursts, mostly jitter, none. */
const TAUGHT: readonly NoisePrior[] = [
  usualNoise('count'),
  usualNoise('latency'),
  {
    models: [0.01, 0.02, 0.02, 0.9, 0.05],
    habits: { calm: 40, starts: 9, burst: 30, stays: 21, levels: [1, 3, 2, 4, 2] },
  },
  {
    models: [0, 0.1, 0.8, 0.1, 0],
    habits: { calm: 90, starts: 1, burst: 4, stays: 2, heed: 0.25, levels: [1, 1, 1, 1, 1] },
  },
  { models: [1, 0, 0, 0, 0], habits: usualNoise('count').habits },
];

describe('the evidence against a candidate is a likelihood ratio', () => {
  const small = [
    { candidate: 4, stable: 6, bad: 5 },
    { candidate: 3, stable: 12, bad: 2 },
    { candidate: 6, stable: 2, bad: 7 },
    { candidate: 20, stable: 80, bad: 12 },
  ];

  test.each(small)('worth what was staked, not more, on the mean of one batch of $candidate and $stable', (sizes) => {
    for (const prior of TAUGHT) {
      expect(Math.abs(mean([sizes], prior) / staked(1) - 1)).toBeLessThanOrEqual(ROUNDING);
    }
  });

  test.each(small)('and of two, though the first one taught how often bursts come: $candidate and $stable', (sizes) => {
    for (const prior of TAUGHT)
      for (const second of [sizes, { candidate: 5, stable: 5, bad: 4 }]) {
        expect(mean([sizes, second], prior)).toBeLessThanOrEqual(staked(2) * (1 + 2 * ROUNDING));
      }
  });

  test('and of three', () => {
    const sizes = { candidate: 3, stable: 5, bad: 3 };
    for (const prior of TAUGHT) {
      const value = mean([sizes, sizes, sizes], prior);
      expect(Math.abs(value / staked(3) - 1)).toBeLessThanOrEqual(3 * ROUNDING);
    }
  });

  test('whose stakes never add up to more than 1, so that its mean never exceeds 1', () => {
    expect(staked(HORIZON)).toBeLessThanOrEqual(1 + 1e-12);
  });
});

/** Of each run of 60 batches the largest evidence that it ever shows. */
function largest(runs: number, run: (next: () => number) => Generator<Belief>): number[] {
  return Array.from({ length: runs }, (_, seed) => {
    let most = -Infinity;
    for (const belief of run(random(50_000 + seed))) most = Math.max(most, lnOdds(belief));
    return most;
  });
}

/** At most what chance, three standard errors of it, allows. */
function expectRarely(alpha: number, evidence: readonly number[]) {
  const reached = evidence.filter((most) => most >= -Math.log(alpha)).length / evidence.length;
  expect(reached).toBeLessThanOrEqual(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / evidence.length));
}

describe('the chance that 60 looks ever reach 1/α is at most α', () => {
  test('for candidates that are the same as stable', () => {
    const evidence = [0.02, 0.3].flatMap((rate) =>
      largest(40, function* (next) {
        let belief: Belief | null = null;
        for (let t = 0; t < HORIZON; t += 1) {
          const seen = table([binomial(next, 20, rate), 20], [binomial(next, 80, rate), 80]);
          yield (belief = hear(belief, seen));
        }
      }),
    );
    // Without noise of its own a candidate has less to explain than the null hypothesis allows for.
    for (const alpha of [0.4, 0.2, 0.05])
      expect(evidence.filter((most) => most >= -Math.log(alpha)).length).toBeLessThanOrEqual(alpha * evidence.length);
  });

  test('for candidates that have all the noise that the null hypothesis believes in', () => {
    const sizes = { candidate: 10, stable: 20, bad: 10 };
    const prior = TAUGHT[2] ?? usualNoise('count');
    const evidence = largest(80, function* (next) {
      let belief: Belief | null = null;
      let states = moved(before(prior), { habits: habitsOf(prior) });
      for (let t = 0; t < HORIZON; t += 1) {
        let left = next();
        const all = outcomes(states, sizes);
        const drawn = all.find(({ chance }) => (left -= chance) < 0) ?? all.at(-1);
        if (!drawn) return;
        yield (belief = hear(belief, tableOf(sizes, drawn.k), { prior }));
        states = moved(drawn.after, belief);
      }
    });
    for (const alpha of [0.5, 0.4, 0.2, 0.05]) expectRarely(alpha, evidence);
  });
});
