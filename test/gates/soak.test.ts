import { describe, expect, test } from 'vitest';
import type { ArmCounts, GateBatch } from '../../domain/gate-batch.ts';
import { CANDIDATE, STABLE, arm, batch, question } from './support/batches.ts';
import { judgeAll } from '../../gates/gate.ts';
import { msToIndex } from '../../gates/histogram.ts';

const asked = question({ stage: 'soak', weight: 10_000, minDurationMs: 600_000 }, { limits: { p99Ms: 500 } });

function soak(count: number, parts: Partial<ArmCounts>, more: (index: number) => Partial<GateBatch> = () => ({})) {
  return judgeAll(
    asked,
    Array.from({ length: count }, (_, i) => batch(i, { arms: [arm(CANDIDATE, 50, parts)], ...more(i) })),
  );
}

describe('a soak', () => {
  test('passes at the end of its window when no limit was broken', () => {
    expect(soak(59, { errors: 1 })).toMatchObject({ decision: 'inconclusive', reason: 'StillWatching' });
    expect(soak(60, { errors: 1 })).toMatchObject({ decision: 'pass', reason: 'GatePassed' });
  });

  test('does not pass on fewer requests than the least number', () => {
    const quiet = Array.from({ length: 60 }, (_, i) => batch(i, { arms: [arm(CANDIDATE, i % 6 === 0 ? 1 : 0)] }));
    expect(judgeAll(asked, quiet).summary).toContain('10 of 20 requests');
  });

  test('fails when the error rate is above its limit', () => {
    const verdict = soak(30, { errors: 10 });
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'LimitExceeded' });
    expect(verdict.summary).toBe('errorRate of v4 is 20 %, above its limit of 5 %');
  });

  test('fails when more than one request in a hundred is slower than the limit', () => {
    const verdict = soak(30, {
      latency: [
        [msToIndex(100), 45],
        [msToIndex(900), 5],
      ],
    });
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'LimitExceeded' });
    expect(verdict.summary).toMatch(/^latency\.p99 of v4 is \d+ ms, above its limit of 500 ms$/);
  });

  test('bears with one bad batch, but not with two minutes of them, even after a day', () => {
    const calm = Array.from({ length: 8_640 }, (_, i) => batch(i, { arms: [arm(CANDIDATE, 50)] }));
    const dead = (from: number, count: number) =>
      calm.map((sealed, i) =>
        i >= from && i < from + count ? { ...sealed, arms: [arm(CANDIDATE, 50, { errors: 50 })] } : sealed,
      );
    expect(judgeAll(asked, dead(8_000, 1)).decision).toBe('pass');
    expect(judgeAll(asked, dead(8_000, 12)).decision).toBe('fail');
  });

  test('fails when late labels show that the candidate is wrong more often than stable was', () => {
    const labels = [
      { version: STABLE, n: 30, correct: 29 },
      { version: CANDIDATE, n: 30, correct: 20 },
    ];
    expect(soak(10, {}, () => ({ labels })).summary).toMatch(/^wrong answers of v4 \(accuracy\)/);
  });

  test('asks the same of a first deployment, which has no stable', () => {
    const first = { ...asked, stage: 'canary', stable: null } as const;
    const batches = Array.from({ length: 60 }, (_, i) => batch(i, { arms: [arm(CANDIDATE, 50)] }));
    expect(judgeAll(first, batches).decision).toBe('pass');
    expect(
      judgeAll(
        first,
        batches.map((b) => ({ ...b, arms: [arm(CANDIDATE, 50, { errors: 20 })] })),
      ).decision,
    ).toBe('fail');
  });
});
