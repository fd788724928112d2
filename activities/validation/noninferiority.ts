import { binomialCdf, binomialPmf, shareAtMost } from '../../gates/binomial.ts';
import { exceeded } from '../../gates/normal.ts';
import { studentCdf } from '../../gates/student.ts';
import { tangoScore, type PairedTable } from './paired-table.ts';

/** Beyond this the score is normal for all that matters, and the exact sum only slow. */
const EXACT_UP_TO_ROWS = 100_000;
/** Points at which the unknown share of differing rows is tried. */
const GRID = 60;
/** Standard deviations of the number of differing rows that are summed over. */
const REACH = 8;
/** Chance that sample sizes are planned for. */
const POWER = 0.8;

/**
 * P-value against "the candidate errs on at least `margin` more of the rows than stable"; small proves non-inferiority.
 *
 * An exact unconditional test: tables are ordered by {@link tangoScore} at the margin, and the probability of the seen or
 * a stronger one is maximised over the unknown share q of rows on which just one of the two is wrong (Hsueh, Liu and Chen,
 * Biometrics 57 (2001) 478–483). q is searched within its one-sided Clopper–Pearson bound at level `beta / 50`, which is
 * added to the result (Berger and Boos, JASA 89 (1994) 1012–1016): valid whatever q is, for any number of rows.
 */
export function nonInferiorityPValue(table: PairedTable, margin: number, beta: number): number {
  const { rows, onlyCandidateWrong, onlyStableWrong } = table;
  if (rows === 0 || margin <= 0) return 1;
  const score = tangoScore(table, margin);
  if (rows > EXACT_UP_TO_ROWS) return studentCdf(score, 1e6);
  const tail = beta / 50;
  const most = shareAtMost(onlyCandidateWrong + onlyStableWrong, rows, tail);
  // Under the hypothesis at least `margin` of the rows differ.
  if (most < margin) return tail;
  const thresholds = new Map<number, number>();
  let worst = 0;
  for (let i = 0; i <= GRID; i += 1) {
    const differing = margin + ((most - margin) * i) / GRID;
    worst = Math.max(worst, asStrong(rows, margin, score, differing, thresholds));
  }
  return Math.min(1, worst + tail);
}

/** Probability of a score at most `score` where the hypothesis just holds and a share `differing` of the rows differs. */
function asStrong(rows: number, margin: number, score: number, differing: number, known: Map<number, number>): number {
  const mean = rows * differing;
  const reach = REACH * Math.sqrt(mean) + REACH;
  const candidateShare = (differing + margin) / 2 / differing;
  let sum = 0;
  for (let k = Math.max(0, Math.floor(mean - reach)); k <= Math.min(rows, mean + reach); k += 1) {
    let threshold = known.get(k);
    if (threshold === undefined) known.set(k, (threshold = mostWrong(rows, margin, score, k)));
    if (threshold >= 0) sum += binomialPmf(k, rows, differing) * binomialCdf(threshold, k, candidateShare);
  }
  return sum;
}

/** Of `k` differing rows, the most that the candidate may have wrong for the score to stay at most `score`; −1 for none. */
function mostWrong(rows: number, margin: number, score: number, k: number): number {
  let [low, high] = [-1, k];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const table = { rows, onlyCandidateWrong: middle, onlyStableWrong: k - middle };
    // The slack keeps the seen table itself in, whatever the rounding.
    if (tangoScore(table, margin) <= score + 1e-9) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Rows with which a candidate like the one seen would probably be proved within the margin; `null` when it is beyond.
 *
 * The usual normal approximation, for a chance of 80 %: (z₁₋ᵦ + z₀.₈)² · variance / (margin − difference)².
 */
export function rowsNeeded(table: PairedTable, margin: number, beta: number): number | null {
  const { rows, onlyCandidateWrong: b, onlyStableWrong: c } = table;
  if (rows === 0) return null;
  const differing = (b + c + 1) / (rows + 1); // never zero, so that a few rows without a difference do not promise too much
  const excess = (b - c) / rows;
  if (excess >= margin) return null;
  const z = exceeded(beta) + exceeded(1 - POWER);
  return Math.max(rows + 1, Math.ceil((z * z * (differing - excess * excess)) / (margin - excess) ** 2));
}
