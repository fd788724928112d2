import { exp, ln } from './numeric.ts';

/** Share that is staked on the first batch; what is left begins later, so that a late fault is seen late, not never. */
export const STAKED_FIRST = 0.6;

/**
 * Share of the stake that begins with batch `t` (1, 2, …).
 *
 * Evenly over a known number of batches, none after them; without one as `1/(t ln² t)`, so that it never runs out.
 */
export function stakeAt(t: number, horizon: number | null): number {
  if (t === 1) return STAKED_FIRST;
  if (horizon !== null) return t <= horizon ? (1 - STAKED_FIRST) / (horizon - 1) : 0;
  return reserve(t - 1, STAKED_FIRST) - reserve(t, STAKED_FIRST);
}

/** What is not staked yet after `bets` batches; telescopes to nothing. */
export function reserve(bets: number, first: number): number {
  return (1 - first) / ln(exp(1) + bets - 1);
}
