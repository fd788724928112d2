import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { Calibrating, Replica } from '../../gates/calibration.ts';
import type { Chain } from '../../gates/noise/calibration.ts';
import type { NoisePrior } from '../../gates/noise/belief.ts';
import { NOISE_MODELS } from '../../gates/noise/models.ts';
import { UNCALIBRATED, calibrateAlone, calibrateReplicas, calibrationOf } from '../../gates/calibration.ts';
import { CANDIDATE, STABLE, arm, batch, question, sketch } from './support/batches.ts';
import { binomial, latency, random } from './support/random.ts';
import { expected, hearAll, normal, repeat, shifted } from './noise/support.ts';
import { tableLikelihood } from '../../gates/table-likelihood.ts';
import { unpackHabits } from '../../gates/noise/habits.ts';
import { watchReplica } from '../../gates/noise/calibration.ts';
import { judgeAll } from '../../gates/gate.ts';
import { lnOdds, usualNoise } from '../../gates/noise/belief.ts';

/** How far a replica's log odds of an error are from its usual ones, window by window. */
type Noise = (next: () => number) => () => number;

const STILL: Noise = () => () => 0;
const BURSTS: Noise = (next) => {
  let left = 0;
  return () => {
    if (left > 0) left -= 1;
    else if (next() < 0.1) for (left = 1; next() < 0.5;) left += 1;
    return left > 0 ? 2.5 : 0;
  };
};
const JITTER: Noise = (next) => () => 0.5 * normal(next);

/** Windows of stable's replicas, 150 requests each. */
function windows(seed: number, noise: Noise, count = 20, replicas = 4): Replica[][] {
  const next = random(seed);
  const each = repeat(replicas, () => noise(next));
  return repeat(count, () => each.map((by) => replica(next, shifted(0.02, by()))));
}

function replica(next: () => number, rate: number): Replica {
  return { n: 150, errors: binomial(next, 150, rate), rejected: 0, latency: [] };
}

/** What they teach about errors. */
function taught(replicas: readonly (readonly Replica[])[]): NoisePrior {
  return errorsOf(replicas.reduce((known, window) => calibrateReplicas(known, window), UNCALIBRATED));
}

function taughtAlone(replicas: readonly Replica[]): NoisePrior {
  return errorsOf(replicas.reduce((known, window) => calibrateAlone(known, window), UNCALIBRATED));
}

function errorsOf(known: Calibrating): NoisePrior {
  const { errors } = calibrationOf(known).noise;
  if (!errors) throw new Error('nothing was learnt');
  return errors;
}

/** Batches until a candidate with that error rate, where stable has 2 %, has evidence of 55 against it. */
function batchesUntil(rate: number, prior: NoisePrior): number {
  const seen = expected({ candidate: 120, stable: 480 }, { candidate: rate, stable: 0.02 });
  const after = (count: number) =>
    lnOdds(
      hearAll(
        repeat(count, () => seen),
        { prior },
      ),
    );
  return repeat(40, (i) => i + 1).find((count) => after(count) >= 4) ?? Infinity;
}

const SEEDS = [1, 2, 3];
const CALM = { candidate: 0.02, stable: 0.02 };

describe('windows of stable’s replicas', () => {
  test('that are quiet make the gate faster', () => {
    for (const seed of SEEDS)
      for (const rate of [0.07, 0.3])
        expect(batchesUntil(rate, taught(windows(seed, STILL)))).toBeLessThan(batchesUntil(rate, usualNoise('count')));
  });

  test('that have bursts make it slower', () => {
    for (const seed of SEEDS)
      for (const rate of [0.07, 0.3])
        expect(batchesUntil(rate, taught(windows(seed, BURSTS)))).toBeGreaterThan(
          batchesUntil(rate, usualNoise('count')),
        );
  });

  test('tell of a replica’s bursts what it does itself, not what the others do', () => {
    const starts = (own: number, others: number) => {
      const hit = repeat(20, (i) =>
        expected({ candidate: 150, stable: 450 }, i % 5 === 4 ? { candidate: own, stable: others } : CALM),
      );
      const chain = hit.reduce<Chain | null>(
        (known, seen) => watchReplica(known, tableLikelihood(seen), 'count'),
        null,
      );
      return chain ? unpackHabits(chain.habits).starts : 0;
    };
    expect(starts(0.3, 0.02) - starts(0.02, 0.02)).toBeGreaterThan(2.5);
    expect(starts(0.02, 0.3) - starts(0.02, 0.02)).toBeLessThan(0.5);
  });

  test('that jitter from window to window make it slower than quiet ones do', () => {
    for (const seed of SEEDS)
      expect(batchesUntil(0.05, taught(windows(seed, JITTER)))).toBeGreaterThan(
        batchesUntil(0.05, taught(windows(seed, STILL))),
      );
  });

  test('tell which kind of noise it is', () => {
    const likeliest = ({ models }: NoisePrior) => NOISE_MODELS[models.indexOf(Math.max(...models))];
    for (const seed of SEEDS) {
      expect(likeliest(taught(windows(seed, STILL)))).toMatchObject({ jitter: 0, bursts: false, wander: 0 });
      expect(likeliest(taught(windows(seed, BURSTS)))).toMatchObject({ bursts: true });
      const { models } = taught(windows(seed, JITTER, 30));
      NOISE_MODELS.forEach(({ prior, jitter, bursts, wander }, i) => {
        if (jitter === 0.5) expect(models[i]).toBeGreaterThan(2 * prior);
        if (jitter === 0 && !bursts && wander === 0) expect(models[i]).toBeLessThan(prior);
      });
    }
  });

  test('teach the same in whatever order the replicas are', () => {
    const recorded = windows(7, BURSTS, 8);
    const ordered = taught(recorded);
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
        const other = taught(recorded.map((window) => order.map((i) => window[i] ?? replica(() => 0, 0))));
        other.models.forEach((share, i) => expect(share).toBeCloseTo(ordered.models[i] ?? 0, 4));
        expect(other.habits.calm).toBeCloseTo(ordered.habits.calm, 1);
        expect(other.habits.starts).toBeCloseTo(ordered.habits.starts, 1);
      }),
      { numRuns: 10 },
    );
  });

  test('leave shares that add up to 1, and bursts that are chances', () => {
    for (const noise of [STILL, BURSTS, JITTER]) {
      const { models, habits } = taught(windows(4, noise));
      expect(models.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);
      expect(Math.min(habits.calm, habits.starts, habits.burst, habits.stays, ...habits.levels)).toBeGreaterThan(0);
    }
  });

  test('teach nothing of what they do not have: latencies without any, windows without requests', () => {
    const idle = repeat(4, () => ({ n: 0, errors: 0, rejected: 0, latency: [] }));
    const { noise, latency: known } = calibrationOf(calibrateReplicas(UNCALIBRATED, idle));
    expect(Object.keys(noise).filter((metric) => metric.startsWith('latency'))).toEqual([]);
    expect(known.total).toBe(0);
  });

  test('teach the thresholds of latencies besides, from all replicas', () => {
    const next = random(3);
    const timed = () => ({ ...replica(next, 0.02), latency: sketch(repeat(150, () => latency(next, 80))) });
    const known = repeat(5, () => repeat(4, timed)).reduce(calibrateReplicas, UNCALIBRATED);
    const { noise, latency: seen } = calibrationOf(known);
    expect(seen.total).toBe(5 * 4 * 150);
    expect(Object.keys(noise)).toEqual(expect.arrayContaining(['errors', 'latency.p50', 'latency.p95', 'latency.p99']));
  });

  test('are plain data that go through JSON', () => {
    const recorded = windows(5, BURSTS);
    const thawed = recorded.reduce(
      (known, window) => calibrateReplicas(JSON.parse(JSON.stringify(known)) as Calibrating, window),
      UNCALIBRATED,
    );
    expect(errorsOf(thawed)).toEqual(taught(recorded));
  });

  // A model whose weight falls below what is kept is taken to fit every window from then on, and so overtakes the true one.
  test('still tell which kind of noise it is after forty of them', () => {
    for (const seed of SEEDS) {
      expect(taught(windows(seed, BURSTS, 40)).models[3]).toBeGreaterThan(0.5);
      expect(taughtAlone(windows(seed, BURSTS, 40, 1).flat()).models[3]).toBeGreaterThan(0.5);
    }
  });

  // Shares are rounded to a millionth: what windows speak against is ruled out altogether, and nothing is left to explain an
  // outage by.
  test('do not blind the gate: after an outage of stable alone a dead candidate still goes back', () => {
    const prior = taught(windows(5, JITTER, 100));
    const n = { candidate: 2_000, stable: 8_000 };
    const good = repeat(5, () => expected(n, { candidate: 0.03, stable: 0.03 }));
    const outage = expected(n, { candidate: 0.03, stable: 1 });
    const dead = repeat(20, () => expected(n, { candidate: 1, stable: 0.03 }));
    expect(lnOdds(hearAll([...good, outage, ...dead], { prior }))).toBeGreaterThan(4);
  });
});

describe('windows of one server alone', () => {
  test('are compared with those before: bursts make the gate slower, quiet makes it no slower', () => {
    for (const seed of SEEDS) {
      const one = (noise: Noise) => taughtAlone(windows(seed, noise, 15, 1).flat());
      expect(batchesUntil(0.07, one(BURSTS))).toBeGreaterThan(batchesUntil(0.07, usualNoise('count')));
      expect(batchesUntil(0.07, one(STILL))).toBeLessThanOrEqual(batchesUntil(0.07, usualNoise('count')));
    }
  });

  test('teach nothing with the first of them, which has none before it', () => {
    const [first] = windows(1, STILL, 1, 1).flat();
    expect(calibrationOf(calibrateAlone(UNCALIBRATED, first ?? replica(() => 0, 0))).noise).toEqual({});
  });

  test('are what a gate learns from before its stage, batch by batch, and counts apart', () => {
    const asked = question({ calibrationSequence: 1, stageSequence: 2 });
    const next = random(9);
    const alone = (index: number) =>
      batch(index, {
        fence: { epoch: 7, sequence: 1 },
        arms: [arm(STABLE, 600, { errors: binomial(next, 600, 0.02) }), arm(CANDIDATE, 0)],
      });
    const [arms, bad] = [
      [arm(STABLE, 480, { errors: 10 }), arm(CANDIDATE, 120, { errors: 8 })],
      repeat(30, (i) =>
        batch(100 + i, { arms: [arm(STABLE, 480, { errors: 10 }), arm(CANDIDATE, 120, { errors: 8 })] }),
      ),
    ];
    const evidence = (batches: Parameters<typeof judgeAll>[1]) =>
      judgeAll(asked, batches).metrics.find(({ metric }) => metric === 'errors')?.against ?? 0;
    const calm = repeat(30, alone);
    expect(evidence([...calm, ...bad.slice(0, 3)])).toBeGreaterThan(evidence(bad.slice(0, 3)));
    const { samples, batches } = judgeAll(asked, [...calm, batch(100, { arms })]);
    expect(samples).toEqual({ candidate: 120, stable: 480 });
    expect(batches.count).toBe(31);
  });
});
