import { describe, expect, test } from 'vitest';
import type { AbSpec } from '../../../domain/ab.ts';
import type { GateBatch } from '../../../domain/gate-batch.ts';
import type { GateQuestion } from '../../../domain/gate-question.ts';
import { guardrails, planAb } from '../../../domain/ab.ts';
import { judgeAll } from '../../../gates/gate.ts';
import { CANDIDATE, STABLE, arm, batch, question } from '../support/batches.ts';

function asked(ab: Partial<AbSpec> = {}): GateQuestion {
  const plan = planAb({ metrics: [{ name: 'paid' }, { name: 'revenue', kind: 'mean' }], minDuration: '1m', ...ab });
  const { plan: gates, ...rest } = question({ weight: 5_000, minDurationMs: plan.minDurationMs });
  return { ...rest, stage: 'ab', plan: guardrails(gates), ab: plan };
}

/** Batches in which as many users of each arm were counted, with a share that paid 10 each. */
function batches(
  paid: { stable: number; candidate: number },
  { count = 20, users = 100, failing = 0 } = {},
): GateBatch[] {
  return Array.from({ length: count }, (_, index) =>
    batch(index, {
      arms: [arm(STABLE, 200), arm(CANDIDATE, 200, { errors: failing })],
      rewards: [counted(STABLE, users, paid.stable), counted(CANDIDATE, users, paid.candidate)],
    }),
  );
}

function counted(version: string, users: number, share: number) {
  const converted = Math.round(users * share);
  const revenue = { converted, sum: 10 * converted, squares: 100 * converted };
  return { version, users, rewards: { paid: { converted, sum: converted, squares: converted }, revenue } };
}

describe('the gate of a test', () => {
  test('passes on a winner, and says by how much with both intervals', () => {
    const verdict = judgeAll(asked(), batches({ stable: 0.1, candidate: 0.2 }));
    expect(verdict).toMatchObject({ decision: 'pass', reason: 'TestWon' });
    expect(verdict.summary).toMatch(
      /^paid of v4 is 20 % vs 10 % of stable, a difference between \+\d.* points, on 2000 users of v4 and 2000 of stable$/,
    );
    const [paid, revenue] = verdict.metrics;
    expect(paid).toMatchObject({ metric: 'reward.paid', decision: 'pass', candidate: 0.2, stable: 0.1, unit: 'share' });
    expect(paid?.inFavour).toBeGreaterThan(paid?.limits?.inFavour ?? Infinity);
    expect(revenue).toMatchObject({
      metric: 'reward.revenue',
      candidate: 2,
      stable: 1,
      unit: 'reward',
      n: { candidate: 2_000, stable: 2_000 },
    });
    expect(revenue?.effect?.estimate).toBeCloseTo(1, 9);
  });

  test('is undecided without a winner, however harmless the candidate is', () => {
    const verdict = judgeAll(asked(), batches({ stable: 0.1, candidate: 0.11 }));
    expect(verdict).toMatchObject({ decision: 'inconclusive', reason: 'StillWatching' });
    expect(verdict.summary).toContain('no difference is proved yet on 2000 users of v4 and 2000 of stable');
  });

  test('has no winner before its shortest time', () => {
    const verdict = judgeAll(asked({ minDuration: '1h' }), batches({ stable: 0.1, candidate: 0.2 }));
    expect(verdict.summary).toContain('of 1h');
  });

  test('fails on a candidate that brings less, and names the metric', () => {
    const verdict = judgeAll(asked(), batches({ stable: 0.2, candidate: 0.1 }));
    expect(verdict).toMatchObject({
      decision: 'fail',
      reason: 'TestLost',
      culprits: ['reward.paid', 'reward.revenue'],
    });
  });

  test('fails on a guardrail, whatever the candidate wins', () => {
    const verdict = judgeAll(asked(), batches({ stable: 0.1, candidate: 0.2 }, { failing: 60 }));
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'GateFailed', culprits: ['errors'] });
  });

  test('ends where there is no gain worth having, unless a person is to decide', () => {
    const small = { metrics: [{ name: 'paid', minEffect: 0.1 }] };
    const same = batches({ stable: 0.1, candidate: 0.11 });
    expect(judgeAll(asked(small), same)).toMatchObject({ decision: 'fail', reason: 'TestUseless' });
    expect(judgeAll(asked({ ...small, decide: 'person' }), same).decision).toBe('inconclusive');
  });

  test('proves nothing on users who are not split as planned', () => {
    const uneven = batches({ stable: 0.1, candidate: 0.2 }).map((each) => ({
      ...each,
      rewards: [counted(STABLE, 150, 0.1), counted(CANDIDATE, 100, 0.2)],
    }));
    expect(judgeAll(asked(), uneven)).toMatchObject({ decision: 'error', reason: 'SplitMismatch' });
  });
});
