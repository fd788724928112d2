/** How often something is bad as a rule: counts of windows that raised no doubt, which fade over a week. */
export interface Usual {
  readonly bad: number;
  readonly n: number;
}

export const NOTHING_USUAL: Usual = { bad: 0, n: 0 };

const WEEK_MS = 7 * 86_400_000;
/** Observations from which on it is known what is usual. */
const KNOWN = 500;
/** Standard deviations that the usual rate may be above what was counted. */
const SURE = 3;

export function learn({ bad, n }: Usual, more: Usual, windowMs: number): Usual {
  const keep = 1 - Math.min(windowMs / WEEK_MS, 1);
  return { bad: short(bad * keep + more.bad), n: short(n * keep + more.n) };
}

/**
 * The rate beyond which it is unusual: half as much again as the usual rate may be, and at least `margin` more; `null` while
 * too little is known.
 */
export function unusualRate({ bad, n }: Usual, margin: number): number | null {
  if (n < KNOWN) return null;
  const upper = (bad + SURE * Math.sqrt(bad + 1) + 1) / n;
  return Math.min(upper + Math.max(margin, upper / 2), 1);
}

/** Two decimals are enough for counts, and keep the state small. */
function short(x: number): number {
  return Math.round(x * 100) / 100;
}
