import { describe, expect, test } from 'vitest';
import type { AbSpec } from '../../../domain/ab.ts';
import type { GateBatch } from '../../../domain/gate-batch.ts';
import type { GateQuestion } from '../../../domain/gate-question.ts';
import { guardrails, planAb } from '../../../domain/ab.ts';
import { judgeAll } from '../../../gates/gate.ts';
import { CANDIDATE, STABLE, arm, batch, question } from '../support/batches.ts';
import { THIRD } from './support.ts';

/** A test of three equal arms; `third` is the weight of the one beside candidate and stable. */
function asked(ab: Partial<AbSpec> = {}, third = 3_333): GateQuestion {
  const plan = planAb({ metrics: [{ name: 'paid' }], minDuration: '1m', ...ab });
  const weight = third === 0 ? 5_000 : 3_333;
  const { plan: gates, ...rest } = question({ weight, minDurationMs: plan.minDurationMs, alphaShare: 0.1 });
  const arms = [{ version: THIRD, weight: third }];
  return { ...rest, stage: 'ab', plan: guardrails(gates), ab: plan, arms };
}

interface Told {
  readonly users?: number;
  readonly paid?: number;
  readonly failing?: number;
}

/** Batches with so many users of each arm, a share of whom paid, and so many failed requests of 200. */
function batches(told: { stable?: Told; candidate?: Told; third?: Told }, { from = 0, count = 20 } = {}): GateBatch[] {
  const arms = [
    [STABLE, told.stable],
    [CANDIDATE, told.candidate],
    [THIRD, told.third],
  ] as const;
  return Array.from({ length: count }, (_, index) =>
    batch(from + index, {
      arms: arms.map(([version, { failing = 0 } = {}]) => arm(version, 200, { errors: failing })),
      rewards: arms.map(([version, { users = 100, paid = 0.1 } = {}]) => counted(version, users, paid)),
    }),
  );
}

function counted(version: string, users: number, share: number) {
  const converted = Math.round(users * share);
  return { version, users, rewards: { paid: { converted, sum: converted, squares: converted } } };
}

describe('a test of three arms', () => {
  test('is won by the candidate, and shows every arm', () => {
    const verdict = judgeAll(asked(), batches({ candidate: { paid: 0.2 } }));
    expect(verdict).toMatchObject({ decision: 'pass', reason: 'TestWon' });
    expect(verdict.summary).toContain('on 2000 users of v4, 2000 of v5 and 2000 of stable');
    const rewards = verdict.metrics.filter(({ metric }) => metric === 'reward.paid');
    expect(rewards.map(({ version, candidate, required }) => [version, candidate, required])).toEqual([
      [undefined, 0.2, true],
      [THIRD, 0.1, false],
    ]);
  });

  test('is won by the other arm, which takes the place of nobody: it was in no canary', () => {
    const better = batches({ third: { paid: 0.2 } });
    const verdict = judgeAll(asked(), better);
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'OtherArmWon' });
    expect(verdict.summary).toMatch(/^paid of v5 is 20 % vs 10 % of stable, .*; v5 is to have a rollout of its own$/);
    expect(judgeAll(asked({ minDuration: '1h' }), better).decision).toBe('inconclusive');
    const shown = judgeAll(asked({ decide: 'person' }), better);
    expect(shown.decision).toBe('inconclusive');
    expect(shown.summary).toMatch(/paid of v5 is 20 % vs 10 % of stable, .*; a person decides/);
    expect(shown.summary).not.toContain('no difference');
  });

  test('loses an arm that breaks a guardrail, and goes on without it', () => {
    const broken = batches({ third: { failing: 60, paid: 0.3 }, candidate: { paid: 0.2 } });
    const verdict = judgeAll(asked(), broken);
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'ArmLost', lost: [THIRD] });
    expect(verdict.summary).toMatch(/errors of v5/);
    expect(verdict.metrics).toContainEqual(
      expect.objectContaining({ metric: 'errors', version: THIRD, decision: 'fail' }),
    );
    // What it brought before it left wins nothing any more.
    expect(judgeAll(asked({}, 0), broken)).toMatchObject({ decision: 'pass', reason: 'TestWon' });
  });

  test('loses an arm that brings less, whoever decides', () => {
    for (const decide of ['rule', 'person'] as const) {
      const verdict = judgeAll(asked({ decide }), batches({ stable: { paid: 0.2 }, candidate: { paid: 0.2 } }));
      expect(verdict).toMatchObject({ decision: 'fail', reason: 'ArmLost', lost: [THIRD] });
      expect(verdict.summary).toMatch(/^paid of v5 is 10 % vs 20 % of stable/);
    }
  });

  test('goes back whole where the candidate does harm, whatever the others do', () => {
    const both = { failing: 60 };
    expect(judgeAll(asked(), batches({ candidate: both, third: both })).reason).toBe('GateFailed');
    expect(judgeAll(asked(), batches({ stable: { paid: 0.2 } })).reason).toBe('TestLost');
  });

  test('proves nothing where the users of any arm are not as planned', () => {
    const verdict = judgeAll(asked(), batches({ third: { users: 70 } }));
    expect(verdict).toMatchObject({ decision: 'error', reason: 'SplitMismatch' });
    expect(verdict.summary).toContain('1400 of v5');
  });

  test('finds no wrong split in an arm that left: the others shared its users evenly', () => {
    const before = batches({});
    const after = batches({ stable: { users: 150 }, candidate: { users: 150 }, third: { users: 0 } }, { from: 20 });
    expect(judgeAll(asked({}, 0), [...before, ...after]).decision).toBe('inconclusive');
    const uneven = batches({ stable: { users: 200 }, candidate: { users: 100 } }, { from: 20 });
    expect(judgeAll(asked({}, 0), [...before, ...uneven]).reason).toBe('SplitMismatch');
  });
});
