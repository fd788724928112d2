import { expect, test } from 'vitest';
import { judgeAll } from '../../gates/gate.ts';
import { arm, batch, CANDIDATE, question, STABLE } from './support/batches.ts';

/** Thirty good batches, enough to prove every margin, then a candidate whose every answer is slow. */
const turnsSlow = (slowBatches: number) =>
  Array.from({ length: 30 + slowBatches }, (_, index) => {
    const bucket = index < 30 ? 60 : 260;
    return batch(index, {
      arms: [arm(STABLE, 20, { latency: [[60, 20]] }), arm(CANDIDATE, 20, { latency: [[bucket, 20]] })],
    });
  });

test('a candidate that turns slow does not pass on its good past', () => {
  expect(judgeAll(question({ weight: 5_000 }), turnsSlow(0)).decision).toBe('pass');
  expect(judgeAll(question({ weight: 5_000 }), turnsSlow(4)).decision).not.toBe('pass');
});

test('a candidate that turns slow is failed within ten batches', () => {
  expect(judgeAll(question({ weight: 5_000 }), turnsSlow(10))).toMatchObject({
    decision: 'fail',
    reason: 'GateFailed',
  });
});

test('a step that began just after a batch does not wait a whole batch more for its minimum time', () => {
  const late = (index: number) => new Date(1_780_000_000_000 + index * 10_000 + 600).toISOString();
  const good = { arms: [arm(STABLE, 400), arm(CANDIDATE, 400)] };
  const batches = Array.from({ length: 6 }, (_, index) =>
    batch(index, index === 0 ? { ...good, opened: late(0) } : good),
  );
  expect(judgeAll(question({ weight: 5_000 }), batches).decision).toBe('pass');
  expect(judgeAll(question({ weight: 5_000 }), batches.slice(0, 5)).decision).toBe('inconclusive');
});
