import type { LnLikelihood } from '../likelihood.ts';
import { coinLikelihood } from '../table-likelihood.ts';
import { short } from './short.ts';

/**
 * The growth of a log ratio, by blocks of ten minutes: the block that is open, the one before it, and the highest so far.
 *
 * Memory wanders, and fills and empties in saw teeth, so its slope over many batches is no mean of independent errors. But
 * without a leak a block is no more likely above the one before it than below, whether the noise is stationary or a random
 * walk, let alone above all before it; so a block says only whether it rose to a new height (Cox and Stuart 1955; Foster and
 * Stuart 1954). A steady leak does so block after block.
 */
export interface Leak {
  /** Number of the open block, how many were closed before it, and its log ratios so far. */
  readonly block: number;
  readonly closed: number;
  readonly n: number;
  readonly sum: number;
  /** Mean of the block before, and the highest of those before that one. */
  readonly before: { readonly block: number; readonly mean: number } | null;
  readonly highest: number | null;
}

export const NO_LEAK: Leak = { block: 0, closed: 0, n: 0, sum: 0, before: null, highest: null };

const BLOCKS_PER_HOUR = 6;
/** Blocks in which a fresh server may still fill its caches. */
const SETTLING = 3;

/** Log ratio per hour that is no leak yet: 2 % an hour. */
export const LEAK_TOLERANCE = 0.019802627296179712;

/**
 * The state after one more log ratio (resource.ts), seen at `hours` since any fixed moment; `rose` says whether a block that
 * the number closes had grown to a new height by more than the tolerance, `null` if none was closed that can tell.
 */
export function observeLeak(leak: Leak, lnRatio: number, hours: number): { leak: Leak; rose: boolean | null } {
  const block = Math.floor(hours * BLOCKS_PER_HOUR);
  if (leak.n > 0 && block <= leak.block)
    return { leak: { ...leak, n: leak.n + 1, sum: short(leak.sum + lnRatio) }, rose: null };
  const opened = { block, n: 1, sum: short(lnRatio) };
  if (leak.n === 0) return { leak: { ...NO_LEAK, ...opened }, rose: null };
  const { before, closed } = leak;
  const ended = { block: leak.block, mean: short(leak.sum / leak.n) };
  const settled = before !== null && closed >= SETTLING;
  const highest = settled ? Math.max(before.mean, leak.highest ?? before.mean) : null;
  return {
    leak: { ...opened, closed: closed + 1, before: ended, highest },
    rose: settled ? hasRisen(ended, before, highest ?? before.mean) : null,
  };
}

type Block = NonNullable<Leak['before']>;

function hasRisen(ended: Block, before: Block, highest: number): boolean {
  const tolerated = (LEAK_TOLERANCE * (ended.block - before.block)) / BLOCKS_PER_HOUR;
  return ended.mean > highest && ended.mean - before.mean > tolerated;
}

/** Likelihood of the log odds that a block rises; 0 without a leak. */
export function leakLikelihood(rose: boolean): LnLikelihood {
  return coinLikelihood(rose ? 1 : 0, rose ? 0 : 1);
}
