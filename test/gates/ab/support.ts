import type { AbMetric, UserRewards } from '../../../domain/ab.ts';
import type { AbStanding, Test } from '../../../gates/ab/decide.ts';
import type { Totals } from '../../../gates/ab/totals.ts';
import { NO_TOTALS, addUserRewards } from '../../../gates/ab/totals.ts';
import { random } from '../support/random.ts';
import { readTest } from '../../../gates/ab/decide.ts';

export const STABLE = 'v3-a01b2c3d4e5f';
export const CANDIDATE = 'v4-3f2a9c01b2d4';
export const THIRD = 'v5-77aa88bb99cc';

export const PAID: AbMetric = { name: 'paid', kind: 'conversion', goal: 'increase', minEffect: 0 };
export const REVENUE: AbMetric = { name: 'revenue', kind: 'mean', goal: 'increase', minEffect: 0 };

export function test50(metrics: readonly AbMetric[], over: Partial<Test> = {}): Test {
  const shares = { [STABLE]: 0.5, [CANDIDATE]: 0.5 };
  return { stable: STABLE, candidates: [CANDIDATE], shares, metrics, alpha: 0.05, ...over };
}

/** What a user of an arm brings, by name of the reward. */
export type Law = (next: () => number) => Readonly<Record<string, number>>;

export interface Play {
  readonly standing: AbStanding;
  readonly users: number;
}

/** Lets users come, by batches of `each`, and looks after every batch, until something is decided. */
export function play(
  asked: Test,
  laws: Readonly<Record<string, Law>>,
  { seed = 1, users = 10_000, each = 20, actual = asked.shares } = {},
): Play {
  const next = random(seed);
  let totals: Totals = NO_TOTALS;
  for (let seen = each; ; seen += each) {
    const batch = Array.from({ length: each }, () => userOf(next, actual, laws));
    totals = addUserRewards(totals, batch);
    const standing = readTest(totals, asked);
    if (standing.decision !== 'undecided' || seen >= users) return { standing, users: seen };
  }
}

function userOf(
  next: () => number,
  shares: Readonly<Record<string, number>>,
  laws: Readonly<Record<string, Law>>,
): UserRewards {
  let left = next();
  const versions = Object.keys(shares);
  const version = versions.find((each) => (left -= shares[each] ?? 0) < 0) ?? versions.at(-1) ?? STABLE;
  const brought = Object.entries(laws[version]?.(next) ?? {}).filter(([, value]) => value !== 0);
  const sums = brought.map(([name, value]) => [name, { converted: 1, sum: value, squares: value * value }] as const);
  return { version, users: 1, rewards: Object.fromEntries(sums) };
}

export function logNormal(next: () => number, sigma: number): number {
  return Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
}
