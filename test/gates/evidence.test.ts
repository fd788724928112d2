import { describe, expect, test } from 'vitest';
import type { GateBatch } from '../../domain/gate-batch.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import { CANDIDATE, HEALTHY, STABLE, arm, batch, pairs, question, simulatedBatch } from './support/batches.ts';
import { judge, judgeAll, observe, openGate } from '../../gates/gate.ts';
import { random } from './support/random.ts';

const traffic = { requests: 200, weight: 2_000, candidate: { ...HEALTHY, errors: 0.004 }, stable: HEALTHY };

function recorded(count: number): GateBatch[] {
  const next = random(11);
  return Array.from({ length: count }, (_, i) => simulatedBatch(next, i, traffic));
}

describe('a verdict can be computed again', () => {
  test('to the last bit, from copies of the batches and of the question', () => {
    const batches = recorded(80);
    const first = JSON.stringify(judgeAll(question(), batches));
    expect(JSON.stringify(judgeAll(structuredClone(question()), structuredClone(batches)))).toBe(first);
  });

  test('to the last bit, when the state goes through JSON after every batch', () => {
    const batches = recorded(80);
    const asked = question();
    const thawed = batches.reduce(
      (state, sealed) => observe(JSON.parse(JSON.stringify(state)) as typeof state, sealed),
      openGate(asked),
    );
    expect(JSON.stringify(judge(thawed))).toBe(JSON.stringify(judgeAll(asked, batches)));
  });

  test('and names the batches it rests on', () => {
    const batches = recorded(5);
    const { batches: named } = judgeAll(question(), batches);
    expect(named).toMatchObject({ count: 5, first: 0, last: 4 });
    expect(named.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    const other = batches.map((sealed, i) => (i === 2 ? { ...sealed, hash: 'sha256:other' } : sealed));
    expect(judgeAll(question(), other).batches.hash).not.toBe(named.hash);
  });

  test('and its e-values on these batches have not changed (a new algorithm needs a new name)', () => {
    const verdict = judgeAll(question(), recorded(40));
    expect({ algorithm: verdict.algorithm, metrics: verdict.metrics }).toMatchSnapshot();
  });
});

describe('only the question’s own batches are evidence', () => {
  const own = batch(3, { arms: [arm(STABLE, 80), arm(CANDIDATE, 20)] });
  const state = observe(openGate(question()), own);

  test('not those of another rollout', () => {
    expect(observe(state, batch(4, { ...own, index: 4, fence: { epoch: 6, sequence: 3 } }))).toBe(state);
    expect(observe(state, batch(4, { ...own, index: 4, fence: { epoch: 8, sequence: 3 } }))).toBe(state);
  });

  test('not those of an earlier stage', () => {
    expect(observe(state, batch(4, { ...own, index: 4, fence: { epoch: 7, sequence: 1 } }))).toBe(state);
  });

  test('not one that was seen before', () => {
    expect(observe(state, own)).toBe(state);
  });

  test('and no batch changes the state it is added to', () => {
    const before = JSON.stringify(state);
    observe(state, batch(4, { arms: [arm(STABLE, 80), arm(CANDIDATE, 20, { errors: 20 })] }));
    expect(JSON.stringify(state)).toBe(before);
  });
});

describe('no data is never a pass', () => {
  const idle = Array.from({ length: 100 }, (_, i) => batch(i, { arms: [arm(STABLE, 0), arm(CANDIDATE, 0)] }));
  const questions: readonly GateQuestion[] = [
    question(),
    question({ stage: 'shadow' }),
    question({ stage: 'soak' }),
    question({ stage: 'soak', stable: null }),
    question({ stage: 'canary', stable: null }),
    question({ stage: 'shadow', shadow: null }),
  ];

  test.each(questions)('in a $stage against $stable', (asked) => {
    const careless = { ...asked, minDurationMs: 0, plan: { ...asked.plan, minRequests: 0 } };
    for (const batches of [[], idle, idle.map((sealed) => ({ ...sealed, arms: [] }))])
      expect(judgeAll(careless, batches)).toMatchObject({ decision: 'inconclusive', reason: 'NoData' });
  });
});

test('what the gate remembers stays within 5 KB however long it watches', () => {
  const next = random(5);
  let state = openGate(question());
  let largest = 0;
  for (let i = 0; i < 300; i += 1) {
    const heavy = { errors: 0.01, medianMs: 40, tail: 0.2, tailTimes: 1 / (1 - next()) ** 3 };
    const sealed = simulatedBatch(next, 100_000 + i, { ...traffic, candidate: heavy, stable: heavy });
    const labels = sealed.arms.map(({ version, n }) => ({ version, n, correct: n - Math.floor(n * 0.1 * next()) }));
    const rejected = sealed.arms.map((counts) => ({ ...counts, rejected: Math.floor(counts.n * 0.05 * next()) }));
    state = observe(state, { ...sealed, labels, arms: rejected, pairs: [pairs(10)] });
    largest = Math.max(largest, JSON.stringify({ ...state, question: null }).length);
  }
  expect(largest).toBeLessThanOrEqual(5_120);
});
