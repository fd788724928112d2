import { describe, expect, test } from 'vitest';
import type { UserSums } from '../../domain/gate-batch.ts';
import { CANDIDATE, STABLE, arm, batch, question } from './support/batches.ts';
import { NO_SPREAD, overdispersion, spreadAfter } from '../../gates/spread.ts';
import { NO_USERS, addUsers, errorDesignEffect, worstDesignEffect } from '../../gates/users.ts';
import { binomial, random } from './support/random.ts';
import { judgeAll } from '../../gates/gate.ts';

describe('overdispersion between the arms', () => {
  const measured = (noise: number) => {
    const next = random(3);
    let spread = NO_SPREAD;
    for (let i = 0; i < 200; i += 1) {
      const rate = 0.2 + noise * (next() - 0.5);
      const [candidateBad, stableBad] = [binomial(next, 100, rate), binomial(next, 400, 0.2)];
      spread = spreadAfter(spread, { candidateBad, candidate: 100, stableBad, stable: 400 });
    }
    return overdispersion(spread, 2);
  };

  test('is the prior until it is measured, then what was measured', () => {
    expect(overdispersion(NO_SPREAD, 2)).toBe(2);
    expect(measured(0)).toBeLessThan(1.4);
    expect(measured(0.3)).toBeGreaterThan(3);
  });

  test('is not raised by a constant difference, which is an effect and no noise', () => {
    let spread = NO_SPREAD;
    const table = { candidateBad: 50, candidate: 100, stableBad: 40, stable: 400 };
    for (let i = 0; i < 50; i += 1) spread = spreadAfter(spread, table);
    expect(overdispersion(spread, 2)).toBe(1);
  });

  test('is not measured where the arms cannot be told apart', () => {
    expect(spreadAfter(NO_SPREAD, { candidateBad: 0, candidate: 9, stableBad: 0, stable: 9 })).toBe(NO_SPREAD);
    expect(spreadAfter(NO_SPREAD, { candidateBad: 4, candidate: 9, stableBad: 0, stable: 0 })).toBe(NO_SPREAD);
  });
});

describe('sticky users', () => {
  /** Sums of `users` users with ten requests each, of whom `bad` fail every time. */
  const clustered = (users: number, bad: number): UserSums => ({
    users,
    requestsSquared: users * 100,
    badSquared: bad * 100,
    requestsTimesBad: bad * 100,
  });

  test('count as one each, when all requests of a user go the same way', () => {
    const arms = [arm(STABLE, 1_000, { errors: 100, users: clustered(100, 10) })];
    expect(worstDesignEffect(arms)).toBe(10);
    expect(errorDesignEffect(addUsers(NO_USERS, arms), 10)).toBeCloseTo(10);
  });

  test('count by request, when errors fall on users at random', () => {
    const independent = { users: 100, requestsSquared: 10_000, badSquared: 190, requestsTimesBad: 1_000 };
    const arms = [arm(STABLE, 1_000, { errors: 100, users: independent })];
    expect(errorDesignEffect(addUsers(NO_USERS, arms), 10)).toBeCloseTo(1, 1);
  });

  test('are taken at their worst before enough errors were seen, and not at all without sticky traffic', () => {
    expect(errorDesignEffect(NO_USERS, 7)).toBe(7);
    expect(worstDesignEffect([arm(STABLE, 100)])).toBe(1);
  });

  test('sixty failing requests of six users are less evidence than those of sixty users', () => {
    const arms = (users: UserSums | null) => [
      arm(STABLE, 800, { users: users && clustered(80, 0) }),
      arm(CANDIDATE, 200, { errors: 60, users }),
    ];
    const one = judgeAll(question(), [batch(0, { arms: arms(clustered(20, 6)) })]);
    const many = judgeAll(question(), [batch(0, { arms: arms(null) })]);
    expect(many.decision).toBe('fail');
    expect(one.decision).toBe('inconclusive');
  });
});
