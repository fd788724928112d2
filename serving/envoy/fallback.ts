import type { Arm, Route } from '../../domain/route.ts';

/**
 * Which version answers a request of an arm whose own version does not: the first arm's for all others, and for the first the
 * heaviest other that takes live requests anyway. `null` where nobody else may.
 */
export function fallbackOf(arms: readonly Arm[], position: number): string | null {
  const [first, ...others] = arms;
  if (position > 0) return first?.version ?? null;
  const heaviest = others.toSorted((a, b) => b.weight - a.weight)[0];
  return first && first.weight > 0 && heaviest && heaviest.weight > 0 ? heaviest.version : null;
}

/** Whether a request that its version does not answer may be given to another one. */
export function hasFallback({ arms }: Route): boolean {
  return arms.some(({ weight }, position) => weight > 0 && fallbackOf(arms, position) !== null);
}
