import { describe, expect, test } from 'vitest';
import type { GateBatch } from '../../domain/gate-batch.ts';
import { CANDIDATE, STABLE, arm, batch, question } from './support/batches.ts';
import { binomial, random } from './support/random.ts';
import { judgeAll } from '../../gates/gate.ts';

const asked = question({ weight: 1_000, nextWeight: 2_500, minDurationMs: 3_600_000 });

const split = (stable: number, candidate: number, count: number, more: Partial<GateBatch> = {}) =>
  Array.from({ length: count }, (_, i) =>
    batch(i, { arms: [arm(STABLE, stable), arm(CANDIDATE, candidate)], ...more }),
  );

describe('traffic that is not split as the route says', () => {
  test('is an error of its own, with both numbers', () => {
    const verdict = judgeAll(asked, split(700, 300, 5));
    expect(verdict).toMatchObject({ decision: 'error', reason: 'SplitMismatch' });
    expect(verdict.summary).toBe('the candidate got 30 % of the traffic (1500 of 5000), the route says 10 %');
  });

  test('is found when the candidate gets nothing at all', () => {
    expect(judgeAll(asked, split(1_000, 0, 5)).reason).toBe('SplitMismatch');
  });

  test('does not save a candidate that failed', () => {
    const arms = [arm(STABLE, 700), arm(CANDIDATE, 300, { errors: 200 })];
    const batches = Array.from({ length: 5 }, (_, i) => batch(i, { arms }));
    expect(judgeAll(asked, batches).decision).toBe('fail');
  });

  test('is not called so over one batch, since requests that hang are counted late', () => {
    expect(judgeAll(asked, [...split(1_000, 0, 1), ...split(900, 100, 1)]).decision).toBe('inconclusive');
  });

  test('is not called so of a stable that hangs and is rescued, however short batches are', () => {
    const short = (i: number, stable: number) => {
      const opened = new Date(1_780_000_000_000 + i * 1_000);
      const times = { opened: opened.toISOString(), sealed: new Date(opened.getTime() + 1_000).toISOString() };
      return batch(i, { ...times, arms: [arm(STABLE, stable), arm(CANDIDATE, 12)] });
    };
    const plain = question({ weight: 5_000, minDurationMs: 3_600_000 });
    // Ten seconds, the longest time that its requests may take, without one that has ended.
    const hanging = Array.from({ length: 40 }, (_, i) => short(i, i >= 10 && i < 20 ? 0 : 12));
    for (let seen = 1; seen <= hanging.length; seen += 1)
      expect(judgeAll(plain, hanging.slice(0, seen)).decision, `after ${seen} s`).toBe('inconclusive');
    const gone = Array.from({ length: 60 }, (_, i) => short(i, 0));
    expect(judgeAll(plain, gone).reason).toBe('SplitMismatch');
  });

  test('is looked for in the step’s own batches only', () => {
    const earlier = split(990, 10, 20, { fence: { epoch: 7, sequence: 2 } });
    expect(judgeAll(asked, earlier).decision).toBe('inconclusive');
  });

  test('is not looked for among sticky users, whose requests come in clusters', () => {
    const users = { users: 3, requestsSquared: 30_000, badSquared: 0, requestsTimesBad: 0 };
    const arms = [arm(STABLE, 700, { users }), arm(CANDIDATE, 300, { users })];
    const batches = Array.from({ length: 20 }, (_, i) => batch(i, { arms }));
    expect(judgeAll(asked, batches).decision).toBe('inconclusive');
  });

  test('is not seen in 200 honest splits, at any look', () => {
    for (let run = 0; run < 200; run += 1) {
      const next = random(run);
      const batches = Array.from({ length: 40 }, (_, i) => {
        const candidate = binomial(next, 50, 0.1);
        return batch(i, { arms: [arm(STABLE, 50 - candidate), arm(CANDIDATE, candidate)] });
      });
      expect(judgeAll(asked, batches).decision).toBe('inconclusive');
    }
  });
});
