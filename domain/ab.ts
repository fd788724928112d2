import type { Duration } from './duration.ts';
import type { GatePlan, PlannedMetric } from './plan.ts';
import type { PlannedArm } from './test-arms.ts';
import { FULL_WEIGHT } from './route.ts';
import { parseDuration } from './duration.ts';

/** Largest reward of one prediction, either way, in its own unit. */
export const MOST_REWARD = 1e12;

/** An A/B test as a person writes it: between canary and all traffic, users of both versions are compared by what they bring. */
export interface AbSpec {
  /** Percent of users on the candidate. */
  percent?: number;
  /** Further registered versions beside candidate and stable. */
  arms?: { version: string | number; percent?: number }[];
  /** The first one decides; each of them condemns a candidate that gets worse on it. */
  metrics: { name: string; kind?: AbMetric['kind']; goal?: AbMetric['goal']; minEffect?: number }[];
  /** How long a user's rewards count, from its first request in the test. */
  window?: Duration;
  minDuration?: Duration;
  maxDuration?: Duration;
  /** Chance that any difference is found where there is none. */
  alpha?: number;
  /** Whether a proved winner takes all traffic by itself, or a person says so. */
  decide?: 'rule' | 'person';
  onUndecided?: 'hold' | 'promote' | 'rollback';
}

/** The same with its defaults filled in. */
export interface AbPlan {
  /** Of the candidate, in parts per 10,000. */
  readonly weight: number;
  /** Absent where candidate and stable are alone. */
  readonly arms?: readonly PlannedArm[];
  readonly metrics: readonly AbMetric[];
  readonly windowMs: number;
  readonly minDurationMs: number;
  readonly maxDurationMs: number;
  readonly alpha: number;
  readonly decide: 'rule' | 'person';
  readonly onUndecided: 'hold' | 'promote' | 'rollback';
}

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

/**
 * Shares of the rollout's alpha where there is a test: its guardrails go on where the canary's gates end, and take a part of
 * what those have without a test.
 */
export const AB_ALPHA = { canary: 0.4, ab: 0.2 } as const;

export function planAb(spec: AbSpec): AbPlan {
  const maxDurationMs = parseDuration(spec.maxDuration ?? '7d');
  const atMost = (duration: Duration) => Math.min(parseDuration(duration), maxDurationMs);
  const { arms = [] } = spec;
  // Even shares, unless something else is asked for.
  const even = Math.floor(FULL_WEIGHT / (arms.length + 2));
  const weightOf = (percent: number | undefined) => (percent === undefined ? even : Math.round(percent * 100));
  return {
    weight: weightOf(spec.percent),
    ...(arms.length > 0 && {
      arms: arms.map(({ version, percent }) => ({ version: String(version), weight: weightOf(percent) })),
    }),
    metrics: spec.metrics.map(({ name, kind = 'conversion', goal = 'increase', minEffect = 0 }) => {
      return { name, kind, goal, minEffect };
    }),
    windowMs: atMost(spec.window ?? '1h'),
    minDurationMs: atMost(spec.minDuration ?? '1d'),
    maxDurationMs,
    alpha: spec.alpha ?? 0.05,
    decide: spec.decide ?? 'rule',
    onUndecided: spec.onUndecided ?? 'hold',
  };
}

/** What gates watch during a test: all that they watched before, and nothing of it has to be proved again. */
export function guardrails(plan: GatePlan): GatePlan {
  return mapped(plan) as GatePlan;

  function mapped(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const fields = Object.entries(value).map(([key, field]) => [key, mapped(field)] as const);
    return { ...Object.fromEntries(fields), ...(isMetric(value) && { required: false }) };
  }
}

/** A test's metric among those of a verdict. */
export function rewardMetric(name: string): string {
  return `${PREFIX}${name}`;
}

/** The reward that such a metric is about; `null` for any other metric. */
export function rewardOf(metric: string): string | null {
  return metric.startsWith(PREFIX) ? metric.slice(PREFIX.length) : null;
}

const PREFIX = 'reward.';

function isMetric(value: object): value is PlannedMetric {
  return 'margin' in value && 'required' in value;
}
