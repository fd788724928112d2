import type { AbMetric } from '../../domain/ab.ts';
import type { Comparison } from './comparison.ts';
import type { Totals } from './totals.ts';
import { areUsersMissplit } from './user-split.ts';
import { compare } from './comparison.ts';

/** A test of one or more arms against stable. */
export interface Test {
  readonly stable: string;
  /** Every arm but stable's. */
  readonly candidates: readonly string[];
  /** Share of users that each arm is planned to get, stable's with them; they add up to 1. 0 for an arm that was taken out. */
  readonly shares: Readonly<Record<string, number>>;
  /** The first one decides; one that gets worse condemns an arm, whichever it is. */
  readonly metrics: readonly AbMetric[];
  /** Chance that any difference is found where there is none. */
  readonly alpha: number;
}

/** What a test says now. */
export interface AbStanding {
  /**
   * `winner`: an arm is better, and none of its metrics worse. `harm`: every arm is worse. `no_gain`: no arm can win any
   * more. `missplit`: users fell to arms otherwise than planned, so nothing can be compared.
   */
  readonly decision: 'winner' | 'harm' | 'no_gain' | 'missplit' | 'undecided';
  readonly winner: string | null;
  /** Arms that are worse on a metric. */
  readonly harmed: readonly string[];
  /** Those, and arms whose gain is too small to be worth having. */
  readonly losers: readonly string[];
  readonly comparisons: readonly Comparison[];
}

/**
 * Reads a test at any time, and as often as one likes: all that it ever finds is found in vain with chance `alpha` at most.
 *
 * Half of alpha is for the first metric, half for the others (all of it for the first where there are no others), each split
 * evenly over its comparisons (Bonferroni), those of arms that were taken out with them. Arms are compared with stable, not with each other: of several better ones the one with the
 * largest gain wins.
 */
export function readTest(totals: Totals, test: Test): AbStanding {
  const comparisons = test.candidates.flatMap((candidate) =>
    test.metrics.map((metric, place) =>
      compare(totals, { candidate, stable: test.stable }, metric, alphaOf(test, place)),
    ),
  );
  const found = (version: string) => comparisons.filter((each) => each.version === version);
  const harmed = test.candidates.filter((version) => found(version).some(({ finding }) => finding === 'worse'));
  const losers = test.candidates.filter(
    (version) => harmed.includes(version) || found(version)[0]?.finding === 'small',
  );
  const better = test.candidates.filter(
    (version) => isIn(version) && !losers.includes(version) && found(version)[0]?.finding === 'better',
  );
  const winner = better.toSorted((a, b) => gainOf(found(b)[0]) - gainOf(found(a)[0]))[0] ?? null;
  return { decision: decisionOf(), winner, harmed, losers, comparisons };

  function isIn(version: string): boolean {
    return (test.shares[version] ?? 0) > 0;
  }

  function decisionOf(): AbStanding['decision'] {
    // The others take over an arm's users in proportion, so that their shares of one another are the same all the time.
    const versions = [test.stable, ...test.candidates].filter(isIn);
    const users = versions.map((version) => totals[version]?.users ?? 0);
    const all = versions.reduce((sum, version) => sum + (test.shares[version] ?? 0), 0);
    const planned = versions.map((version) => (test.shares[version] ?? 0) / all);
    if (areUsersMissplit(users, planned)) return 'missplit';
    if (winner !== null) return 'winner';
    if (harmed.length === test.candidates.length) return 'harm';
    return losers.length === test.candidates.length ? 'no_gain' : 'undecided';
  }
}

/** What the comparison at this place among the metrics may use up. */
export function alphaOf({ alpha, metrics, candidates }: Test, place: number): number {
  const others = metrics.length - 1;
  const share = others === 0 ? 1 : place === 0 ? 1 / 2 : 1 / (2 * others);
  return (alpha * share) / candidates.length;
}

function gainOf(comparison: Comparison | undefined): number {
  const estimate = comparison?.difference?.estimate ?? 0;
  return comparison?.metric.goal === 'decrease' ? -estimate : estimate;
}
