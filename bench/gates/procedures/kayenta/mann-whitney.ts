import { findRoot } from './root.ts';

export interface ShiftInterval {
  readonly low: number;
  readonly high: number;
  /** Hodges–Lehmann shift. */
  readonly estimate: number;
}

/** Two-sided normal quantile of 98 %, the level that the judge has built in. */
const Z_98 = 2.3263478740408408;

/**
 * The interval of shifts `x − y` that a two-sided Mann–Whitney test would not reject, in units of the metric.
 *
 * As Kayenta (spinnaker/kayenta a69573b, `MannWhitney.scala`) and R's `wilcox.test(exact = FALSE)` find it: normal
 * approximation, corrected for continuity and ties, inverted in the shift. Throws when all values are tied at an end.
 */
export function mannWhitneyInterval(x: readonly number[], y: readonly number[], z = Z_98): ShiftInterval {
  const least = Math.min(...x) - Math.max(...y);
  const most = Math.max(...x) - Math.min(...y);
  const [atLeast, atMost] = [standardised(least, x, y), standardised(most, x, y)];
  const solve = (quantile: number) =>
    findRoot((shift) => standardised(shift, x, y) - quantile, least, most, atLeast - quantile, atMost - quantile);
  const bound = (quantile: number) => {
    if (atLeast - quantile <= 0) return least;
    if (atMost - quantile >= 0) return most;
    return solve(quantile);
  };
  return { low: bound(z), high: bound(-z), estimate: solve(0) };
}

/** The rank sum of `x − shift` among `y`, centred and scaled. */
function standardised(shift: number, x: readonly number[], y: readonly number[]): number {
  const [nx, ny] = [x.length, y.length];
  const n = nx + ny;
  const { rankSum, ties } = rank(
    x.map((value) => value - shift),
    y,
  );
  const centred = rankSum - (nx * (nx + 1)) / 2 - (nx * ny) / 2;
  const variance = ((nx * ny) / 12) * (n + 1 - ties / (n * (n - 1)));
  if (variance === 0) throw new Error('no confidence interval: all observations are tied');
  return (centred - Math.sign(centred) * 0.5) / Math.sqrt(variance);
}

/** Sum of the ranks of `x` among both, ties sharing their mean rank; and `Σ (t³ − t)` over groups of `t` ties. */
function rank(x: readonly number[], y: readonly number[]): { rankSum: number; ties: number } {
  const [xs, ys] = [Float64Array.from(x).sort(), Float64Array.from(y).sort()];
  let [i, j, rankSum, ties] = [0, 0, 0, 0];
  while (i < xs.length || j < ys.length) {
    const value = Math.min(xs[i] ?? Infinity, ys[j] ?? Infinity);
    const before = i + j;
    let ofX = 0;
    for (; xs[i] === value; i += 1) ofX += 1;
    while (ys[j] === value) j += 1;
    const group = i + j - before;
    rankSum += ofX * (before + (group + 1) / 2);
    ties += group ** 3 - group;
  }
  return { rankSum, ties };
}
