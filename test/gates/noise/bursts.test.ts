import { describe, expect, test } from 'vitest';
import type { GateQuestion } from '../../../domain/gate-question.ts';
import type { Belief } from '../../../gates/noise/belief.ts';
import type { TwoArms } from '../../../gates/two-arms.ts';
import { CANDIDATE, STABLE, arm, batch, question } from '../support/batches.ts';
import { HORIZON, expected, hear, hearAll, normal, repeat, shifted, table } from './support.ts';
import { binomial, random } from '../support/random.ts';
import { judge, observe, openGate } from '../../../gates/gate.ts';
import { UNCALIBRATED, calibrateReplicas, calibrationOf } from '../../../gates/calibration.ts';
import { lnOdds } from '../../../gates/noise/belief.ts';
import { unpackHabits } from '../../../gates/noise/habits.ts';

type Requests = Readonly<Record<'candidate' | 'stable', number>>;

const TRAFFIC = [
  { candidate: 20, stable: 80 },
  { candidate: 120, stable: 480 },
] as const;

/** The batch after which a canary's candidate goes back for errors; `null` where it never does. */
function rolledBackAfter(tables: readonly TwoArms[], asked: GateQuestion = question()): number | null {
  let state = openGate(asked);
  for (const [i, { candidateBad, candidate, stableBad, stable }] of tables.entries()) {
    const arms = [arm(STABLE, stable, { errors: stableBad }), arm(CANDIDATE, candidate, { errors: candidateBad })];
    state = observe(state, batch(i, { arms }));
    if (judge(state).decision === 'fail') return i + 1;
  }
  return null;
}

describe('a burst of one arm', () => {
  const calm = 0.02;
  const bursts = [0.05, 0.1, 0.2, 0.4, 0.7];
  const withBurst = (n: Requests, length: number, during: { candidate: number; stable: number }) =>
    repeat(HORIZON, (t) => expected(n, t >= 20 && t < 20 + length ? during : { candidate: calm, stable: calm }));

  test.each(TRAFFIC)('of one batch of $candidate requests sends no candidate back, whichever arm has it', (n) => {
    for (const rate of bursts) {
      expect(rolledBackAfter(withBurst(n, 1, { candidate: rate, stable: calm }))).toBe(null);
      expect(rolledBackAfter(withBurst(n, 1, { candidate: calm, stable: rate }))).toBe(null);
    }
  });

  test.each(TRAFFIC)('that lasts is a fault: $candidate requests at the same level send it back', (n) => {
    for (const rate of bursts.slice(1))
      expect(rolledBackAfter(withBurst(n, HORIZON, { candidate: rate, stable: calm }))).toBeLessThanOrEqual(20 + 30);
  });

  test('of stable’s that lasts sends nobody back', () => {
    for (const rate of bursts)
      expect(rolledBackAfter(withBurst(TRAFFIC[1], HORIZON, { candidate: calm, stable: rate }))).toBe(null);
  });

  // See the note on levels in monotone.test.ts.
  test('of one batch sends nobody back where there are ten times as many requests, either', () => {
    for (const rate of [0.05, 0.1, 0.2, 0.4, 0.7])
      expect(
        rolledBackAfter(withBurst({ candidate: 2_000, stable: 8_000 }, 1, { candidate: rate, stable: calm })),
      ).toBe(null);
  });
});

describe('a candidate that fails outright', () => {
  test('goes back with its first batch, from twenty requests on', () => {
    for (const [candidate, stable] of [
      [20, 80],
      [20, 980],
      [120, 480],
      [1_000, 4_000],
    ] as const)
      for (const rate of [0, 0.02])
        expect(rolledBackAfter([expected({ candidate, stable }, { candidate: 1, stable: rate })])).toBe(1);
  });

  test('goes back with its first batch after quiet windows of stable’s replicas, too', () => {
    expect(deadAfter(() => 0.02)).toBe(1);
  });

  // The windows teach that there are bursts, and so that a whole batch of errors might be one.
  test('goes back with its third batch at the latest after windows with bursts', () => {
    expect(deadAfter((window, replica) => ((window + replica) % 5 === 0 ? 0.2 : 0.02))).toBeLessThanOrEqual(3);
  });

  /** When a dead candidate goes back, after ten windows of four replicas. */
  function deadAfter(rateOf: (window: number, replica: number) => number): number | null {
    const windows = repeat(10, (window) =>
      repeat(4, (i) => ({ n: 150, errors: Math.round(150 * rateOf(window, i)), rejected: 0, latency: [] })),
    );
    const calibration = calibrationOf(windows.reduce(calibrateReplicas, UNCALIBRATED));
    const dead = repeat(10, () => expected(TRAFFIC[0], { candidate: 1, stable: 0.02 }));
    return rolledBackAfter(dead, question({ calibration }));
  }

  test('goes back within ten batches when it begins to after ten, or thirty, good ones', () => {
    for (const good of [10, 30])
      for (const n of TRAFFIC) {
        const dies = repeat(HORIZON, (t) => expected(n, { candidate: t < good ? 0.01 : 1, stable: 0.01 }));
        expect(rolledBackAfter(dies)).toBeLessThanOrEqual(good + 10);
      }
  });
});

describe('a fault that comes and goes', () => {
  test('in every third batch is found within half of the time', () => {
    for (const rate of [0.1, 0.3, 1]) {
      const fitful = repeat(HORIZON, (t) =>
        expected(TRAFFIC[1], { candidate: t % 3 === 2 ? rate : 0.005, stable: 0.005 }),
      );
      expect(rolledBackAfter(fitful)).toBeLessThanOrEqual(HORIZON / 2);
    }
  });
});

describe('noise of both arms, each by itself', () => {
  /** How many of `runs` candidates, no worse than stable, ever have evidence of 20 and more against them. */
  function condemned(runs: number, kind: 'count' | 'latency', ratesOf: (next: () => number) => () => [number, number]) {
    return repeat(runs, (seed) => {
      const next = random(300 + seed);
      const rates = ratesOf(next);
      let [belief, most]: [Belief | null, number] = [null, -Infinity];
      for (let t = 0; t < HORIZON; t += 1) {
        const [candidate, stable] = rates();
        belief = hear(belief, table([binomial(next, 120, candidate), 120], [binomial(next, 480, stable), 480]), {
          kind,
        });
        most = Math.max(most, lnOdds(belief));
      }
      return most;
    }).filter((most) => most >= Math.log(20)).length;
  }

  /** An AR(1) series of that deviation. */
  function wobble(next: () => number, deviation: number, correlation: number): () => number {
    let last = normal(next);
    return () => deviation * (last = correlation * last + Math.sqrt(1 - correlation ** 2) * normal(next));
  }

  function burst(next: () => number, starts: number, length: number): () => boolean {
    let left = 0;
    return () => {
      if (left > 0) left -= 1;
      else if (next() < starts) for (left = 1; next() < 1 - 1 / length;) left += 1;
      return left > 0;
    };
  }

  test('that wobbles from batch to batch condemns one in ten at most', () => {
    const errors = condemned(30, 'count', (next) => {
      const [candidate, stable] = [wobble(next, 0.5, 0.5), wobble(next, 0.5, 0.5)];
      return () => [shifted(0.02, candidate()), shifted(0.02, stable())];
    });
    const latency = condemned(30, 'latency', (next) => {
      const [candidate, stable] = [wobble(next, 0.25, 0.5), wobble(next, 0.25, 0.5)];
      return () => [shifted(0.45, candidate()), shifted(0.5, stable())];
    });
    expect(errors + latency).toBeLessThanOrEqual(6);
  });

  test('that comes in bursts of about two batches condemns one in ten at most', () => {
    const errors = condemned(30, 'count', (next) => {
      const [candidate, stable] = [burst(next, 0.05, 2), burst(next, 0.05, 2)];
      return () => [candidate() ? 0.105 : 0.005, stable() ? 0.105 : 0.005];
    });
    const latency = condemned(30, 'latency', (next) => {
      const [candidate, stable] = [burst(next, 0.05, 2), burst(next, 0.05, 2)];
      return () => [candidate() ? 0.9 : 0.45, stable() ? 0.9 : 0.5];
    });
    expect(errors + latency).toBeLessThanOrEqual(6);
  });
});

describe('what is learnt of bursts', () => {
  const n = TRAFFIC[1];
  const calm = expected(n, { candidate: 0.02, stable: 0.02 });
  const after = (hit: { candidate: number; stable: number }) =>
    hearAll(repeat(30, (t) => (t % 5 === 4 ? expected(n, hit) : calm)));
  const started = ({ habits }: Belief) => unpackHabits(habits).starts;
  const quiet = hearAll(repeat(30, () => calm));
  const byStable = after({ candidate: 0.02, stable: 0.3 });
  const byCandidate = after({ candidate: 0.3, stable: 0.02 });

  test('is learnt from stable’s: each one counts', () => {
    expect(started(byStable) - started(quiet)).toBeGreaterThan(4);
    expect(started(byStable) - started(quiet)).toBeLessThan(8);
  });

  test('is not learnt from the candidate’s, whose faults must not pass for habits', () => {
    const worse = hearAll(repeat(30, () => expected(n, { candidate: 0.1, stable: 0.02 })));
    for (const faulty of [byCandidate, worse])
      expect(started(faulty) - started(quiet)).toBeLessThanOrEqual(0.05 * (started(byStable) - started(quiet)));
  });

  test('makes the gate more patient with a burst of the candidate’s than it was', () => {
    const hit = expected(n, { candidate: 0.3, stable: 0.02 });
    expect(lnOdds(hearAll([hit, hit], {}, byStable))).toBeLessThan(lnOdds(hearAll([hit, hit], {}, quiet)));
  });

  test('and quiet makes it less patient', () => {
    const hit = expected(n, { candidate: 0.3, stable: 0.02 });
    const moreQuiet = hearAll(repeat(60, () => calm));
    const gained = (before: Belief) => lnOdds(hear(before, hit)) - lnOdds(before);
    expect(unpackHabits(moreQuiet.habits).calm).toBeGreaterThan(unpackHabits(quiet.habits).calm);
    expect(gained(quiet)).toBeGreaterThan(gained(byStable));
  });
});
