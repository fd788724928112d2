/** Kayenta's, in units of the metric: coarse where a metric is a share. */
const TOLERANCE = 1e-4;
const EPSILON = Number.EPSILON;
const MOST_STEPS = 1_000;

/**
 * A zero of `f` between `from` and `to`, where it has the values `fFrom` and `fTo` of different signs (Brent 1973, ch. 4).
 *
 * The same steps as R's `zeroin` and Kayenta's `BrentSolver`, since for a step function the answer depends on them.
 */
export function findRoot(f: (x: number) => number, from: number, to: number, fFrom: number, fTo: number): number {
  if (fFrom === 0) return from;
  if (fTo === 0) return to;
  let [previous, best, other] = [from, to, from];
  let [fPrevious, fBest, fOther] = [fFrom, fTo, fFrom];
  for (let i = 0; i <= MOST_STEPS; i += 1) {
    if (Math.abs(fOther) < Math.abs(fBest)) {
      [previous, best, other] = [best, other, best];
      [fPrevious, fBest, fOther] = [fBest, fOther, fBest];
    }
    const least = 2 * EPSILON * Math.abs(best) + TOLERANCE / 2;
    const half = (other - best) / 2;
    if (Math.abs(half) <= least || fBest === 0) return best;
    let step = half;
    if (Math.abs(best - previous) >= least && Math.abs(fPrevious) > Math.abs(fBest))
      step = interpolated({ previous, best, other }, { fPrevious, fBest, fOther }, least) ?? half;
    if (Math.abs(step) < least) step = step > 0 ? least : -least;
    previous = best;
    fPrevious = fBest;
    best += step;
    fBest = f(best);
    if ((fBest > 0 && fOther > 0) || (fBest < 0 && fOther < 0)) {
      other = previous;
      fOther = fPrevious;
    }
  }
  return best;
}

/** The step of linear or inverse quadratic interpolation; `null` where it would leave the bracket or shrink too slowly. */
function interpolated(
  { previous, best, other }: { previous: number; best: number; other: number },
  { fPrevious, fBest, fOther }: { fPrevious: number; fBest: number; fOther: number },
  least: number,
): number | null {
  const width = other - best;
  const ratio = fBest / fPrevious;
  let p: number;
  let q: number;
  if (previous === other) {
    p = width * ratio;
    q = 1 - ratio;
  } else {
    const outer = fPrevious / fOther;
    const inner = fBest / fOther;
    p = ratio * (width * outer * (outer - inner) - (best - previous) * (inner - 1));
    q = (outer - 1) * (inner - 1) * (ratio - 1);
  }
  if (p > 0) q = -q;
  else p = -p;
  const short = p < 0.75 * width * q - Math.abs(least * q) / 2 && p < Math.abs(((best - previous) * q) / 2);
  return short ? p / q : null;
}
