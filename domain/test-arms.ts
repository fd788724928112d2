import type { AbPlan } from './ab.ts';
import type { Arm } from './route.ts';
import type { PinnedVersion } from './model-version.ts';
import { FULL_WEIGHT } from './route.ts';

/** A version beside candidate and stable in an A/B test, as the plan names it: its registry number, or an alias. */
export interface PlannedArm {
  readonly version: string;
  /** Parts per 10,000. */
  readonly weight: number;
}

/** All arms of a test: stable first, then the candidate, then the others as the plan has them. */
export function testArms(
  { stable, candidate }: { readonly stable: string; readonly candidate: string },
  { weight, arms = [] }: AbPlan,
  others: readonly PinnedVersion[],
): Arm[] {
  const further = arms.flatMap((arm, place) => {
    const pinned = others[place];
    return pinned ? [{ version: pinned.key, weight: arm.weight }] : [];
  });
  const rest = further.reduce((left, arm) => left - arm.weight, FULL_WEIGHT - weight);
  return [{ version: stable, weight: rest }, { version: candidate, weight }, ...further];
}

/**
 * The arms that stay when others leave the test: each grows by the same factor. Did one of them alone take over the users of
 * those that leave, it would have more of its users from later than the others, and a busy evening would pass for a gain.
 *
 * What rounding leaves over goes to the first.
 */
export function withoutArms(arms: readonly Arm[], lost: readonly string[]): Arm[] {
  const left = arms.filter(({ version }) => !lost.includes(version));
  const all = left.reduce((sum, { weight }) => sum + weight, 0);
  const grown = left.map((arm) => ({ ...arm, weight: Math.floor((FULL_WEIGHT * arm.weight) / all) }));
  const rest = grown.reduce((sum, { weight }) => sum - weight, FULL_WEIGHT);
  return grown.map((arm, place) => (place === 0 ? { ...arm, weight: arm.weight + rest } : arm));
}
