import { describe, expect, test } from 'vitest';
import type { Arm, Traffic } from './noise/rollouts.ts';
import type { BatchLine, CalibrationLine } from '../../gates/session/protocol.ts';
import type { Session } from '../../gates/session/session.ts';
import { CONFIG, GOOD, LABELLED, decide, full, hiccup, lines, play, windows } from './noise/rollouts.ts';
import { LATENCY_ACCURACY } from '../../domain/gate-batch.ts';
import { calibrate, judgeBatch, openSession } from '../../gates/session/session.ts';
import { random } from './support/random.ts';
import { repeat } from './noise/support.ts';

describe('the same lines', () => {
  const recorded = full(1, { ...LABELLED, errors: 0.01 });
  const calibration = windows(2);
  const told = JSON.stringify(play(recorded, { calibration }).replies);

  test('get the same replies, to the bit', () => {
    expect(JSON.stringify(play(structuredClone(recorded), { calibration: structuredClone(calibration) }).replies)).toBe(
      told,
    );
  });

  test('get them when the session goes through JSON between any two', () => {
    const between = (session: Session) => JSON.parse(JSON.stringify(session)) as Session;
    expect(JSON.stringify(play(recorded, { calibration, between }).replies)).toBe(told);
  });

  test('get them whatever the order of the requests in a batch', () => {
    const next = random(3);
    const shuffled = (values: readonly number[] = []) =>
      values
        .map((ms) => ({ ms, at: next() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ ms }) => ms);
    const other = recorded.map(({ stable, candidate, ...line }) => ({
      ...line,
      stable: { ...stable, latencies_ms: shuffled(stable.latencies_ms) },
      candidate: { ...candidate, latencies_ms: shuffled(candidate.latencies_ms) },
    }));
    expect(JSON.stringify(play(other, { calibration }).replies)).toBe(told);
  });

  test('get the same decisions from a machine that is a few times as slow', () => {
    const gamma = (1 + LATENCY_ACCURACY) / (1 - LATENCY_ACCURACY);
    const slowly = (values: readonly number[] = []) => values.map((ms) => ms * gamma ** 64);
    const slower = recorded.map(({ stable, candidate, ...line }) => ({
      ...line,
      stable: { ...stable, latencies_ms: slowly(stable.latencies_ms) },
      candidate: { ...candidate, latencies_ms: slowly(candidate.latencies_ms) },
    }));
    expect(play(slower).replies).toEqual(play(recorded).replies);
  });

  test('leave a session that was kept as it was', () => {
    const [first, second] = recorded;
    if (!first || !second) throw new Error('there are sixty');
    const { session } = judgeBatch(openSession(CONFIG), first);
    const before = JSON.stringify(session);
    judgeBatch(session, second);
    expect(JSON.stringify(session)).toBe(before);
  });
});

describe('the state', () => {
  /** Bytes of the largest state, but for the question. */
  const largest = (batches: readonly BatchLine[]): number =>
    Math.max(...play(batches).states.map(({ gate }) => JSON.stringify({ ...gate, question: undefined }).length));

  test('stays within 4 KB but for the question, with errors and latencies, at any traffic', () => {
    for (const perBatch of [20, 600, 2_000]) {
      const noisy = (t: number) => ({ errors: t % 9 === 0 ? 0.3 : 0.02, medianMs: t % 7 === 0 ? 400 : 80 });
      expect(largest(lines(4, { candidate: noisy, stable: noisy, perBatch }))).toBeLessThanOrEqual(4_096);
    }
  });

  // Six metrics take 2.3 KB of weights by themselves.
  test('stays within 5 KB but for the question, with labels and pairs besides', () => {
    expect(largest(full(4))).toBeLessThanOrEqual(5_120);
  });

  test('is no longer after an hour than after ten minutes', () => {
    const sizes = play(full(4)).states.map((state) => JSON.stringify(state).length);
    expect(Math.max(...sizes.slice(30))).toBeLessThanOrEqual(1.15 * Math.max(...sizes.slice(0, 30)));
  });
});

describe('a candidate that is as good as stable', () => {
  const harmless: Traffic = { candidate: () => GOOD };

  test('is promoted within the hour, not before 48 % of the batches, and never sent back', () => {
    for (let seed = 10; seed < 14; seed += 1) {
      const { after, decision } = decide(lines(seed, harmless));
      expect(decision).toBe('promote');
      expect(after).toBeGreaterThanOrEqual(29);
    }
  });

  test('is promoted no sooner however much traffic there is, or however wide the margins are', () => {
    const config = { ...CONFIG, margins: { error_rate_abs: 0.5, p50_ratio: 3 } };
    for (const max of [10, 25, 60]) {
      const { after, decision } = decide(lines(17, harmless), { config: { ...config, max_batches: max } });
      expect(decision).toBe('promote');
      expect(after).toBe(Math.max(5, Math.ceil(0.48 * max)));
    }
    const patient = { ...config, min_batches: 50 };
    expect(decide(lines(17, harmless), { config: patient })).toEqual({ after: 50, decision: 'promote' });
  });

  test('need not prove metrics of which there is nothing to see, but those that it names once there is', () => {
    const end = play(lines(18, harmless)).replies.find(({ decision }) => decision !== 'continue');
    expect(end?.decision).toBe('promote');
    const silent = end?.metrics.filter(({ metric }) => ['accuracy', 'paired'].includes(metric)) ?? [];
    expect(silent.map(({ metric, decision }) => [metric, decision])).toEqual([
      ['accuracy', 'undecided'],
      ['paired', 'undecided'],
    ]);
    const labelled = lines(18, {
      candidate: () => ({ ...LABELLED, wrong: 0.12 }),
      stable: () => LABELLED,
      perBatch: 60,
    });
    expect(decide(labelled).decision).toBe('continue');
  });

  test('is not judged by a metric without a margin, however bad that is', () => {
    const config = { ...CONFIG, margins: { error_rate_abs: 0.01 } };
    const slow = lines(19, { candidate: () => ({ ...GOOD, medianMs: 800 }) });
    expect(decide(slow, { config }).decision).toBe('promote');
    expect(play(slow, { config }).replies[0]?.metrics.map(({ metric }) => metric)).toEqual(['errors']);
  });

  test('is neither promoted nor sent back without any request', () => {
    const idle = repeat(60, (i) => ({
      t: i + 1,
      weight: 0.2,
      stable: { n: 0, errors: 0 },
      candidate: { n: 0, errors: 0 },
    }));
    expect(decide(idle).decision).toBe('continue');
    const alone = lines(20, harmless).map((line) => ({ ...line, candidate: { n: 0, errors: 0 } }));
    expect(decide(alone).decision).toBe('continue');
  });

  test('is not sent back by a drift that both arms share: more errors, slower, less accurate, an outage', () => {
    const drifts: readonly ((t: number) => Arm)[] = [
      (t) => ({ ...LABELLED, errors: 0.005 + 0.004 * t }),
      (t) => ({ ...LABELLED, medianMs: 80 * (1 + t / 20) }),
      (t) => ({ ...LABELLED, wrong: 0.1 + 0.008 * t }),
      (t) => (t % 10 === 0 ? { errors: 0.5, medianMs: 700, wrong: 0.5 } : LABELLED),
    ];
    for (const drift of drifts)
      for (const seed of [21, 22])
        expect(decide(lines(seed, { candidate: drift, stable: drift })).decision).not.toBe('rollback');
  });

  // Points that a batch of thousands tells apart: there a fault that noise has made good again fits better than no fault.
  test('is not sent back for being watched at ten times the traffic', () => {
    const { decision } = decide(lines(23, { ...harmless, perBatch: 6_000, batches: 40 }));
    expect(decision).not.toBe('rollback');
  });
});

describe('a candidate that is dead', () => {
  const dead: Arm = { errors: 1, medianMs: 80 };

  test('goes back with its first batch, with and without calibration', () => {
    for (const seed of [30, 31, 32])
      for (const calibration of [[], windows(seed), windows(seed, 4, hiccup)])
        for (const perBatch of [150, 600])
          expect(decide(lines(seed, { candidate: () => dead, perBatch }), { calibration })).toEqual({
            after: 1,
            decision: 'rollback',
          });
  });

  test('goes back within eight batches when it dies later', () => {
    for (const good of [5, 12, 25])
      for (const seed of [33, 34]) {
        const { after, decision } = decide(lines(seed, { candidate: (t) => (t <= good ? GOOD : dead) }));
        expect(decision).toBe('rollback');
        expect(after - good).toBeLessThanOrEqual(8);
      }
  });

  test('stays so in every later reply', () => {
    const { replies } = play(lines(35, { candidate: (t) => (t <= 3 ? dead : GOOD) }));
    expect(new Set(replies.map(({ decision }) => decision))).toEqual(new Set(['rollback']));
  });
});

describe('a candidate that turns bad late goes back, and is not promoted on its good past', () => {
  const faults: readonly [string, Arm, number][] = [
    ['errors 5 points up', { ...GOOD, errors: 0.055 }, 20],
    ['half of the answers errors', { ...GOOD, errors: 0.5 }, 10],
    ['half as slow again', { ...GOOD, medianMs: 120 }, 16],
    ['three times as slow', { ...GOOD, medianMs: 240 }, 10],
  ];

  test.each(faults)('%s, from the first batch on or after ten or twenty', (_, fault, within) => {
    for (const good of [0, 10, 20])
      for (const seed of [40, 41]) {
        const { after, decision } = decide(lines(seed, { candidate: (t) => (t <= good ? GOOD : fault) }));
        expect(decision).toBe('rollback');
        expect(after - good).toBeLessThanOrEqual(within);
      }
  });
});

describe('calibration', () => {
  const fault = lines(50, { candidate: () => ({ ...GOOD, errors: 0.03, medianMs: 96 }) });
  const after = (calibration: readonly CalibrationLine[]) => decide(fault, { calibration }).after;

  test('by quiet replicas makes the gate faster', () => {
    expect(after(windows(51))).toBeLessThan(after([]));
  });

  // One replica has no other to be compared with: nothing is heard, and that counts as calm.
  test('by the windows of one replica that has bursts teaches that there are bursts', () => {
    const noiseOf = (arm: (window: number) => Arm) => {
      const session = windows(53, 1, arm, 20).reduce(calibrate, openSession(CONFIG));
      return judgeBatch(session, fault[0] as BatchLine).session.gate?.evidence.tracks.errors?.against?.habits;
    };
    expect(noiseOf(hiccup)).not.toEqual(noiseOf(() => GOOD));
  });
});
