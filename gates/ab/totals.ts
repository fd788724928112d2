import type { AbMetric, RewardSums, UserRewards } from '../../domain/ab.ts';

/** Users and their rewards in all batches so far, by arm. */
export type Totals = Readonly<Record<string, Omit<UserRewards, 'version'>>>;

export const NO_TOTALS: Totals = {};

const NO_REWARDS: RewardSums = { converted: 0, sum: 0, squares: 0 };

/** The totals after the users of one more batch. */
export function addUserRewards(totals: Totals, counted: readonly UserRewards[]): Totals {
  return counted.reduce<Totals>((all, { version, users, rewards }) => {
    const known = all[version] ?? { users: 0, rewards: {} };
    const names = new Set([...Object.keys(known.rewards), ...Object.keys(rewards)]);
    const sums = [...names].map((name) => [name, added(known.rewards[name], rewards[name])] as const);
    return { ...all, [version]: { users: known.users + users, rewards: Object.fromEntries(sums) } };
  }, totals);
}

/** One number for each user of an arm: how many users, the sum of their numbers, and that of the squares. */
export interface Sample {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

/** What a metric looks at; users who brought nothing count as 0. */
export function sampleOf(totals: Totals, version: string, { name, kind }: AbMetric): Sample {
  const { users: n = 0, rewards = {} } = totals[version] ?? {};
  const { converted, sum, squares } = rewards[name] ?? NO_REWARDS;
  return kind === 'conversion' ? { n, sum: converted, squares: converted } : { n, sum, squares };
}

function added(a: RewardSums = NO_REWARDS, b: RewardSums = NO_REWARDS): RewardSums {
  return { converted: a.converted + b.converted, sum: a.sum + b.sum, squares: a.squares + b.squares };
}
