import { WORSE } from '../limit-track.ts';
import { exp, floorShort, ln, lnAdd, lnWeightedSum, scaleOdds } from '../numeric.ts';
import { rateBet } from '../rate-bet.ts';

/**
 * Watches one rate for ever and raises an alarm once it is proved to be above a limit.
 *
 * A Shiryaev–Roberts e-detector, `M_t = e_t (M_{t−1} + 1)`: without a change the mean time until it first reaches `c` is at
 * least `c` looks, however long it ran before (Shin, Ramdas, Rinaldo 2024). Plain data; a line is the logarithm of what one
 * alternative has made.
 */
export interface Guard {
  readonly lines: readonly number[];
  readonly alarm: boolean;
  /** The rate that it saw last; `null` before the first observation. */
  readonly rate: number | null;
}

export const AT_EASE: Guard = { lines: [], alarm: false, rate: null };

/** Some of `n` observations were bad; `users` is the design effect of sticky users, at least 1. */
export interface Counted {
  readonly bad: number;
  readonly n: number;
  readonly users: number;
}

/** How far single batches are trusted: bad moments come in bursts, so that it takes several bad batches to raise an alarm. */
export interface Trust {
  /** Overdispersion that is assumed. */
  readonly spread: number;
  /** Most that one batch may add to the logarithm of the evidence. */
  readonly most: number;
}

const CAUTIOUS: Trust = { spread: 2, most: 3 };

/** False alarms of one guard: one in so long, on average, or fewer. */
const PEACE_MS = 365 * 86_400_000;
/** From here on a window is too doubtful to be learnt from as usual. */
const LN_DOUBT = ln(20);

/** The guard after a window of counts, one look each `lookMs`, against a limit that does not depend on them. */
export function guard(
  before: Guard,
  counts: readonly Counted[],
  { limit, lookMs, trust = CAUTIOUS }: { readonly limit: number; readonly lookMs: number; readonly trust?: Trust },
): Guard {
  const told = counts.filter(({ n }) => n > 0);
  if (told.length === 0) return before;
  const lnPeace = ln(PEACE_MS / lookMs);
  let { lines, alarm } = before;
  if (limit < 1)
    for (const count of told) {
      lines = step(lines, count, Math.max(limit, LEAST_LIMIT), trust);
      alarm ||= worthOf(lines) >= lnPeace;
    }
  const [bad, n] = told.reduce(([b, all], each) => [b + each.bad, all + each.n], [0, 0]);
  const rate = bad / n;
  // An alarm lasts until a window has been within the limit; then the proof begins anew.
  return alarm && rate <= limit ? { ...AT_EASE, rate } : { lines, alarm, rate };
}

/** Whether what is seen may not be as usual. */
export function isDoubtful({ lines, alarm }: Guard): boolean {
  return alarm || worthOf(lines) >= LN_DOUBT;
}

const LEAST_LIMIT = 1e-6;
/** An alarm that goes on for months needs no more evidence, and JSON no larger numbers. */
const MOST = 1e6;

function step(lines: readonly number[], { bad, n, users }: Counted, limit: number, trust: Trust): number[] {
  const temper = Math.max(trust.spread, users);
  const above = rateBet(
    bad,
    n,
    limit,
    WORSE.map((odds) => scaleOdds(limit, exp(odds))),
  );
  return above.map((lnFactor, i) => {
    const line = lines[i];
    const staked = line === undefined ? 0 : lnAdd(line, 0);
    return floorShort(Math.min(staked + Math.min(lnFactor / temper, trust.most), MOST));
  });
}

function worthOf(lines: readonly number[]): number {
  if (lines.length === 0) return -Infinity;
  return lnWeightedSum(
    lines.map(() => 1 / lines.length),
    lines,
  );
}
