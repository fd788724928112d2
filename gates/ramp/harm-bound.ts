import type { TwoArms } from '../two-arms.ts';
import { ln, lnWeightedSum } from '../numeric.ts';

/**
 * The lines of the mixture: how boldly each bets on a small harm, and its share. Bold ones are sharp while nothing bad
 * happens, cautious ones when thousands of requests fail now and then on both arms.
 */
const LINES = [
  { theta: 0.9, share: 0.33 },
  { theta: 0.6, share: 0.22 },
  { theta: 0.35, share: 0.16 },
  { theta: 0.18, share: 0.11 },
  { theta: 0.09, share: 0.11 },
  { theta: 0.04, share: 0.07 },
] as const;

const SHARES: readonly number[] = LINES.map(({ share }) => share);

/** What the counts so far say for harm, one number a line. */
export type HarmLines = readonly number[];

export const NO_HARM: HarmLines = LINES.map(() => 0);

/**
 * The lines after one more table of bad and all responses of both arms.
 *
 * With `x` bad of the candidate's `n` requests, `y` bad of stable's, `r` candidate requests for each of stable's, and
 * `h = n(p − q)` the harm at whatever rates `p` and `q` the arms had in this batch, `exp(θh + x ln(1 − θ) + y ln(1 + θr))`
 * is worth at most 1 on average: Chernoff's bound for Bernoulli sums, from above for the candidate and from below for
 * stable. So the product over batches is a supermartingale however the rates change, outages of both arms and late
 * faults included (Howard, Ramdas, McAuliffe, Sekhon 2020, *Time-uniform Chernoff bounds*).
 */
export function addHarm(lines: HarmLines, { candidateBad, candidate, stableBad, stable }: TwoArms): HarmLines {
  // Without stable nothing is subtracted: all that is bad counts as harm.
  const ratio = stable > 0 ? candidate / stable : 0;
  return LINES.map(({ theta }, i) =>
    ceilShort((lines[i] ?? 0) - candidateBad * ln(1 - theta) - stableBad * ln(1 + theta * ratio)),
  );
}

/**
 * Upper bound on the harm so far, in bad responses: with a chance of 1 − `beta` it is never exceeded, however often one
 * looks (Ville 1939, for the mixture of the lines).
 *
 * @param most what it cannot exceed anyway
 */
export function harmBound(lines: HarmLines, beta: number, most: number): number {
  const lnEnough = -ln(beta);
  const rulesOut = (harm: number): boolean =>
    lnWeightedSum(
      SHARES,
      LINES.map(({ theta }, i) => theta * harm - (lines[i] ?? 0)),
    ) >= lnEnough;
  if (!rulesOut(most)) return most;
  let [low, high] = [0, most];
  for (let i = 0; i < BISECTIONS; i += 1) {
    const middle = (low + high) / 2;
    if (rulesOut(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Narrows a bound of a million down to a thousandth. */
const BISECTIONS = 30;

/** Upwards, which keeps the bound valid, and short, which keeps the state small. */
function ceilShort(x: number): number {
  return Math.ceil(x * 1e5) / 1e5;
}
