/** What a test compares: a reward of users, by the name under which it is reported. */
export interface AbMetric {
  readonly name: string;
  /** `conversion`: the share of users with any such reward; `mean`: what users bring in all, on average. */
  readonly kind: 'conversion' | 'mean';
  readonly goal: 'increase' | 'decrease';
  /** The least difference from stable that is worth having, in the metric's own unit; 0 for any. */
  readonly minEffect: number;
}

/** Sums over users of one kind of reward. */
export interface RewardSums {
  /** Users with a reward other than 0 in all. */
  readonly converted: number;
  /** Σ over users of a user's rewards, and of their squares. */
  readonly sum: number;
  readonly squares: number;
}

/**
 * Users of one arm whose time to bring a reward ended within a batch: each user of a test is counted in one batch only, under
 * the arm of its first request. A kind of reward that none of them brought is left out.
 */
export interface UserRewards {
  readonly version: string;
  readonly users: number;
  readonly rewards: Readonly<Record<string, RewardSums>>;
}
