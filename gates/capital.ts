import { floorShort, ln, lnAdd, lnWeightedSum } from './numeric.ts';
import { reserve } from './stakes.ts';

/**
 * The wealth of a gambler who bets against a null hypothesis along several lines at once: the state of one e-process.
 *
 * Plain data; a line is the logarithm of the capital that one alternative has made so far.
 */
export interface Capital {
  readonly bets: number;
  readonly lines: readonly number[];
}

/** How the stake is spread: over the lines, and over the times at which a line may begin. */
export interface Stakes {
  /** Share staked before the first batch; what is left begins later, so that a late fault is seen late, not never. */
  readonly first: number;
  /** Shares of the lines; they add up to 1. */
  readonly shares: readonly number[];
}

export const NO_CAPITAL: Capital = { bets: 0, lines: [] };

/** Equal shares on `count` lines. */
export function evenStakes(count: number, first: number): Stakes {
  return { first, shares: Array.from({ length: count }, () => 1 / count) };
}

/**
 * Capital after one more batch, whose e-value along each line is `e^lnFactors`.
 *
 * `A_t = e_t · (A_{t−1} + γ_t)`: a mixture over start times, an e-process since each start is one (Shin, Ramdas, Rinaldo
 * 2024, *E-detectors*); γ falls as `1/(t ln² t)`, so no horizon has to be known.
 */
export function bet(capital: Capital, lnFactors: readonly number[], { first }: Stakes): Capital {
  const bets = capital.bets + 1;
  const stake = bets === 1 ? first : reserve(bets - 1, first) - reserve(bets, first);
  const lines = lnFactors.map((lnFactor, i) => floorShort(invested(capital.lines[i], stake) + lnFactor));
  return { bets, lines };
}

/** Logarithm of the e-value that the capital is worth now, money not yet staked included. */
export function worth(capital: Capital, { first, shares }: Stakes): number {
  if (capital.bets === 0) return 0;
  const won = lnWeightedSum(shares, capital.lines);
  const kept = reserve(capital.bets, first);
  return kept > 0 ? lnAdd(won, ln(kept)) : won;
}

function invested(line: number | undefined, stake: number): number {
  if (line === undefined) return ln(stake);
  return stake > 0 ? lnAdd(line, ln(stake)) : line;
}
