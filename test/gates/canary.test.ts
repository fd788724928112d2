import { describe, expect, test } from 'vitest';
import type { Behaviour } from './support/batches.ts';
import type { GateBatch } from '../../domain/gate-batch.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { CANDIDATE, HEALTHY, STABLE, arm, batch, question, simulatedBatch } from './support/batches.ts';
import { judge, judgeAll, observe, openGate } from '../../gates/gate.ts';
import { random } from './support/random.ts';

const metricOf = (verdict: Verdict, name: string) => verdict.metrics.find(({ metric }) => metric === name);

/** A simulated canary up to its verdict, at most `most` batches. */
function canary(seed: number, candidate: Behaviour, most: number, asked: GateQuestion = question()) {
  const next = random(seed);
  let state = openGate(asked);
  for (let index = 0; index < most; index += 1) {
    const traffic = { requests: 100, weight: asked.weight, candidate, stable: HEALTHY };
    state = observe(state, simulatedBatch(next, index, traffic));
    const verdict = judge(state);
    if (verdict.decision !== 'inconclusive') return { verdict, batches: index + 1 };
  }
  return { verdict: judge(state), batches: most };
}

describe('a faulty candidate goes back', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

  test('with 5 % errors against 0.1 %, within a few hundred of its requests', () => {
    for (const seed of seeds) {
      const { verdict, batches } = canary(seed, { ...HEALTHY, errors: 0.05 }, 60);
      expect(verdict).toMatchObject({ decision: 'fail', reason: 'GateFailed' });
      expect(verdict.summary).toMatch(/^errors of v4: .* % vs .* % of stable$/);
      expect(batches).toBeLessThanOrEqual(25);
    }
  });

  test('three times as slow, within a minute', () => {
    for (const seed of seeds) {
      const { verdict, batches } = canary(seed, { ...HEALTHY, medianMs: 180 }, 60);
      expect(verdict.decision).toBe('fail');
      expect(verdict.summary).toMatch(/latency\.p\d\d of v4 is [234]\.?\d?× stable's \(\d+ ms vs \d+ ms\)/);
      expect(batches).toBeLessThanOrEqual(8);
    }
  });

  test('three times as slow in a tenth of its requests only, named by its upper quantiles', () => {
    const needsTail = question({}, { latency: { p95: { required: true } } });
    for (const seed of seeds) {
      const { verdict } = canary(seed, { ...HEALTHY, tail: 0.1, tailTimes: 4 }, 200, needsTail);
      expect(verdict.decision).toBe('fail');
      expect(verdict.summary).toMatch(/^latency\.p9[59] of v4/);
    }
  });

  test('that answers nothing at all, at the first batch', () => {
    expect(canary(1, { ...HEALTHY, errors: 1 }, 60)).toMatchObject({ verdict: { decision: 'fail' }, batches: 1 });
  });

  test('that answers nothing at all, after three requests in a thousand', () => {
    const arms = [arm(STABLE, 997), arm(CANDIDATE, 3, { errors: 3 })];
    expect(judgeAll(question({ weight: 30 }), [batch(0, { arms })]).decision).toBe('fail');
  });

  test('that fails three times in ten, at the first batch', () => {
    const arms = [arm(STABLE, 800), arm(CANDIDATE, 200, { errors: 60 })];
    expect(judgeAll(question(), [batch(0, { arms })]).decision).toBe('fail');
  });

  test('at a weight of 1 %, after a handful of its requests', () => {
    const arms = [arm(STABLE, 990), arm(CANDIDATE, 10, { errors: 4 })];
    const verdict = judgeAll(
      question({ weight: 100, nextWeight: 500 }),
      [0, 1].map((i) => batch(i, { arms })),
    );
    expect(verdict.decision).toBe('fail');
    expect(verdict.samples).toEqual({ candidate: 20, stable: 1_980 });
  });

  test('whose rejections (4xx) rise, since a model that raises answers 400', () => {
    const arms = [arm(STABLE, 800, { rejected: 4 }), arm(CANDIDATE, 200, { rejected: 60 })];
    const verdict = judgeAll(
      question(),
      [0, 1, 2].map((i) => batch(i, { arms })),
    );
    expect(verdict.summary).toMatch(/^rejected of v4: 30 % vs 0\.5 % of stable$/);
  });

  test('whose late labels show more wrong answers', () => {
    const labels = [
      { version: STABLE, n: 800, correct: 760 },
      { version: CANDIDATE, n: 200, correct: 130 },
    ];
    const arms = [arm(STABLE, 800), arm(CANDIDATE, 200)];
    const verdict = judgeAll(
      question(),
      Array.from({ length: 8 }, (_, i) => batch(i, { arms, labels })),
    );
    expect(verdict.summary).toMatch(/^wrong answers of v4 \(accuracy\): 35 % vs 5 % of stable$/);
    expect(metricOf(verdict, 'accuracy')).toMatchObject({ decision: 'fail', unit: 'share', margin: 0.02 });
  });

  test('and stays failed, whatever comes later', () => {
    const bad = batch(0, { arms: [arm(STABLE, 80), arm(CANDIDATE, 20, { errors: 20 })] });
    const good = Array.from({ length: 200 }, (_, i) => batch(i + 1, { arms: [arm(STABLE, 80), arm(CANDIDATE, 20)] }));
    expect(judgeAll(question(), [bad, ...good]).decision).toBe('fail');
  });
});

describe('an outage of both arms', () => {
  test('condemns nobody, since it says nothing about the difference', () => {
    const outage = { arms: [arm(STABLE, 80, { errors: 40 }), arm(CANDIDATE, 20, { errors: 10 })] };
    const batches = Array.from({ length: 30 }, (_, i) => batch(i, outage));
    expect(judgeAll(question(), batches).decision).toBe('inconclusive');
  });

  test('is got over: a candidate that is fine before and after it still passes', () => {
    const calm = { arms: [arm(STABLE, 80), arm(CANDIDATE, 20)] };
    const outage = { arms: [arm(STABLE, 80, { errors: 40 }), arm(CANDIDATE, 20, { errors: 10 })] };
    const batches = Array.from({ length: 80 }, (_, i) => batch(i, i >= 5 && i < 8 ? outage : calm));
    expect(judgeAll(question(), batches).decision).toBe('pass');
  });
});

describe('a clean candidate passes', () => {
  const clean = (index: number, n: number): GateBatch =>
    batch(index, { arms: [arm(STABLE, 4 * n), arm(CANDIDATE, n)] });

  test('to all traffic after about 350 requests without an error, not after 250', () => {
    const asked = question({}, { latency: { p50: { required: false } } });
    const of = (requests: number) =>
      judgeAll(
        asked,
        Array.from({ length: requests / 10 }, (_, i) => clean(i, 10)),
      );
    expect(of(250)).toMatchObject({ decision: 'inconclusive', reason: 'StillWatching' });
    expect(of(250).summary).toContain('not proved yet: errors, rejected');
    expect(of(370)).toMatchObject({ decision: 'pass', reason: 'GatePassed' });
  });

  test('not before the step has lasted and has had its own requests', () => {
    const batches = Array.from({ length: 5 }, (_, i) => clean(i, 100));
    const earlier = batches.map((sealed) => ({ ...sealed, fence: { epoch: 7, sequence: 2 } }));
    expect(judgeAll(question(), batches).summary).toContain('50s of 1m');
    expect(judgeAll(question({ minDurationMs: 0 }), earlier).summary).toContain('0 of 20 requests in this step');
    expect(judgeAll(question({ minDurationMs: 0 }), [...earlier, clean(5, 20)]).decision).toBe('pass');
  });

  test('not while an accuracy that is required has no labels', () => {
    const asked = question({}, { accuracy: { required: true } });
    const verdict = judgeAll(
      asked,
      Array.from({ length: 60 }, (_, i) => clean(i, 20)),
    );
    expect(verdict.summary).toBe('still watching: not proved yet: accuracy');
  });

  test('not while many log entries were lost', () => {
    const lossy = Array.from({ length: 60 }, (_, i) => ({ ...clean(i, 20), lost: 10 }));
    expect(judgeAll(question(), lossy)).toMatchObject({ decision: 'inconclusive', reason: 'StillWatching' });
  });
});
