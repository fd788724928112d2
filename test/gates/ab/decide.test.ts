import { describe, expect, test } from 'vitest';
import type { UserRewards } from '../../../domain/ab.ts';
import { NO_TOTALS, addUserRewards } from '../../../gates/ab/totals.ts';
import { lnSplitEvidence } from '../../../gates/ab/user-split.ts';
import { meanDifference, meanRatio } from '../../../gates/ab/interval.ts';
import { readTest } from '../../../gates/ab/decide.ts';
import { CANDIDATE, PAID, REVENUE, STABLE, THIRD, play, test50 } from './support.ts';

const arm = (version: string, users: number, paid: number, revenue = 0): UserRewards => ({
  version,
  users,
  rewards: {
    paid: { converted: paid, sum: paid, squares: paid },
    revenue: { converted: paid, sum: revenue, squares: paid > 0 ? (2 * revenue * revenue) / paid : 0 },
  },
});
const read = (asked: Parameters<typeof readTest>[1], ...arms: UserRewards[]) =>
  readTest(addUserRewards(NO_TOTALS, arms), asked);

describe('a test ends', () => {
  test('with the arm that is better', () => {
    const standing = read(test50([PAID]), arm(STABLE, 2_000, 200), arm(CANDIDATE, 2_000, 320));
    expect(standing).toMatchObject({ decision: 'winner', winner: CANDIDATE, losers: [] });
    const [comparison] = standing.comparisons;
    expect(comparison?.difference).toMatchObject({ estimate: expect.closeTo(0.06, 6) as number });
    expect(comparison?.difference?.low).toBeGreaterThan(0);
    expect(comparison?.ratio?.estimate).toBeCloseTo(0.6, 6);
  });

  test('with harm where the arm is worse', () => {
    const standing = read(test50([PAID]), arm(STABLE, 2_000, 320), arm(CANDIDATE, 2_000, 200));
    expect(standing).toMatchObject({ decision: 'harm', winner: null, losers: [CANDIDATE] });
  });

  test('with harm where an arm wins on the metric that decides and costs another', () => {
    const standing = read(test50([PAID, REVENUE]), arm(STABLE, 4_000, 400, 4_000), arm(CANDIDATE, 4_000, 640, 1_000));
    expect(standing).toMatchObject({ decision: 'harm', losers: [CANDIDATE] });
  });

  test('without a gain where none is large enough to be worth having', () => {
    const asked = test50([{ ...PAID, minEffect: 0.1 }]);
    expect(read(asked, arm(STABLE, 5_000, 500), arm(CANDIDATE, 5_000, 520))).toMatchObject({
      decision: 'no_gain',
      losers: [CANDIDATE],
    });
  });

  test('the other way round where less is better', () => {
    const asked = test50([{ ...PAID, goal: 'decrease' }]);
    expect(read(asked, arm(STABLE, 2_000, 320), arm(CANDIDATE, 2_000, 200)).decision).toBe('winner');
  });

  test('with the best of several better arms, a loser beside them', () => {
    const shares = { [STABLE]: 0.4, [CANDIDATE]: 0.3, [THIRD]: 0.3 };
    const asked = test50([PAID], { shares, candidates: [CANDIDATE, THIRD] });
    expect(read(asked, arm(STABLE, 4_000, 400), arm(CANDIDATE, 3_000, 480), arm(THIRD, 3_000, 600)).winner).toBe(THIRD);
    const one = read(asked, arm(STABLE, 4_000, 400), arm(CANDIDATE, 3_000, 480), arm(THIRD, 3_000, 100));
    expect(one).toMatchObject({ decision: 'winner', winner: CANDIDATE, losers: [THIRD] });
  });
});

describe('a test goes on', () => {
  test('while nothing is proved, and before anybody came', () => {
    expect(read(test50([PAID]), arm(STABLE, 500, 50), arm(CANDIDATE, 500, 60)).decision).toBe('undecided');
    expect(read(test50([PAID])).decision).toBe('undecided');
  });

  test('while few users came, however they differ', () => {
    expect(read(test50([PAID]), arm(STABLE, 40, 0), arm(CANDIDATE, 40, 40)).decision).toBe('undecided');
  });
});

test('users who fell to arms otherwise than planned make a test worth nothing, whatever it shows', () => {
  expect(read(test50([PAID]), arm(STABLE, 3_000, 200), arm(CANDIDATE, 2_000, 320)).decision).toBe('missplit');
});

test('the evidence of a wrong split is the mixture’s likelihood over the plan’s', () => {
  // Two users on one of two equal arms: 50·51 / (100·101) under the mixture, 1/4 under the plan.
  expect(lnSplitEvidence([2, 0], [0.5, 0.5])).toBeCloseTo(Math.log((50 * 51) / (100 * 101) / 0.25), 9);
  expect(lnSplitEvidence([0, 0, 1], [0.5, 0.5, 0])).toBe(Infinity);
});

test('difference and ratio tell the same story, whatever the samples', () => {
  for (let stable = 20; stable < 200; stable += 20)
    for (let candidate = 20; candidate < 200; candidate += 20) {
      const samples = {
        candidate: { n: 400, sum: candidate, squares: 3 * candidate },
        stable: { n: 900, sum: stable, squares: 2 * stable },
      };
      const [difference, ratio] = [meanDifference(samples, 0.05), meanRatio(samples, 0.05)];
      if (!difference || !ratio) continue;
      expect(ratio.low > 0).toBe(difference.low > 0);
      expect(ratio.high < 0).toBe(difference.high < 0);
    }
});

test('a true winner is found with hundreds of users where it is large, with thousands where it is small', () => {
  const pays = (rate: number) => (next: () => number) => ({ paid: next() < rate ? 1 : 0 });
  const usersTo = (rate: number) =>
    Array.from({ length: 40 }, (_, seed) =>
      play(test50([PAID]), { [STABLE]: pays(0.2), [CANDIDATE]: pays(rate) }, { seed, users: 20_000 }),
    );
  const [large, small] = [usersTo(0.4), usersTo(0.25)];
  for (const { standing } of [...large, ...small]) expect(standing.decision).toBe('winner');
  const median = (plays: typeof large) => plays.map(({ users }) => users).sort((a, b) => a - b)[plays.length / 2];
  expect(median(large)).toBeLessThan(800);
  expect(median(small)).toBeLessThan(8_000);
});
