import { r2Losses, regress } from './regression.ts';
import { classify, rightAnswers } from './classification.ts';
import { figure, finiteOrNull, inverse, type Finding } from './evidence.ts';
import { nonInferiorityPValue, rowsNeeded } from './noninferiority.ts';
import { testMean } from './paired-mean.ts';
import { pairedTable, worsePValue } from './paired-table.ts';
import type { Prediction } from './prediction.ts';

export interface Compared {
  readonly task: 'classification' | 'regression';
  readonly labels: readonly Prediction[];
  readonly candidate: readonly (Prediction | null)[];
  readonly stable: readonly (Prediction | null)[];
}

export interface ComparisonSettings {
  /** Most that accuracy or R² may be lower than stable's. */
  readonly margin: number;
  /** Chance that a candidate as good as stable is called worse. */
  readonly alpha: number;
  /** Chance that a candidate worse by the margin passes. */
  readonly beta: number;
  /** The part that is compared; `null` for the whole set. */
  readonly slice: { readonly name: string; readonly includes: Uint8Array } | null;
}

/** One paired comparison, before anything is decided on it. */
interface Comparison {
  readonly metric: 'accuracy' | 'r2';
  readonly rows: number;
  readonly candidate: number;
  readonly stable: number;
  /** By how much the candidate is lower. */
  readonly loss: number;
  readonly againstMargin: number;
  readonly againstZero: number;
  readonly needed: number | null;
  readonly detail: string;
}

/**
 * Compares candidate and stable on the same rows, in accuracy (classification) or R² (regression).
 *
 * `pass`: proved at `beta` to be lower by less than the margin. Otherwise `fail`: lower by more than the margin, or proved
 * at `alpha` to be lower at all. Otherwise `undecided`. On a slice only the proof counts as `fail`, since on few rows a
 * larger loss is often chance; such a loss without proof must be cleared up before promotion, so it makes the slice required.
 */
export function compareVersions(compared: Compared, settings: ComparisonSettings): Finding {
  const { margin, alpha, beta, slice } = settings;
  const found = compared.task === 'classification' ? inAccuracy(compared, settings) : inR2(compared, settings);
  const beyond = found.loss > margin;
  const worse = found.againstZero <= alpha || (slice === null && beyond);
  const decision = found.againstMargin <= beta ? 'pass' : worse ? 'fail' : 'undecided';
  return {
    metric: slice ? `${found.metric}[${slice.name}]` : found.metric,
    kind: 'comparison',
    slice: slice?.name ?? null,
    decision,
    required: slice === null || beyond,
    against: inverse(found.againstZero),
    inFavour: inverse(found.againstMargin),
    candidate: finiteOrNull(found.candidate),
    stable: finiteOrNull(found.stable),
    unit: 'share',
    margin,
    finding: `${found.metric} ${figure(found.candidate)} against ${figure(found.stable)} of stable on ${found.rows} rows (${found.detail})`,
    rowsNeeded: decision === 'undecided' ? found.needed : null,
  };
}

function inAccuracy({ labels, candidate, stable }: Compared, { margin, beta, slice }: ComparisonSettings): Comparison {
  const includes = slice?.includes;
  const table = pairedTable(rightAnswers(labels, candidate), rightAnswers(labels, stable), includes);
  const { rows, onlyCandidateWrong, onlyStableWrong } = table;
  return {
    metric: 'accuracy',
    rows,
    candidate: classify(labels, candidate, includes).metrics['accuracy'] ?? Number.NaN,
    stable: classify(labels, stable, includes).metrics['accuracy'] ?? Number.NaN,
    loss: (onlyCandidateWrong - onlyStableWrong) / rows,
    againstMargin: nonInferiorityPValue(table, margin, beta),
    againstZero: worsePValue(table),
    needed: rowsNeeded(table, margin, beta),
    detail: `only the candidate wrong on ${onlyCandidateWrong}, only stable on ${onlyStableWrong}`,
  };
}

function inR2({ labels, candidate, stable }: Compared, { margin, beta, slice }: ComparisonSettings): Comparison {
  const includes = slice?.includes;
  const losses = r2Losses(labels, candidate, stable, includes);
  const { mean, againstMargin, againstZero, needed } = testMean(losses, margin, beta);
  return {
    metric: 'r2',
    rows: losses.length,
    candidate: regress(labels, candidate, includes).metrics['r2'] ?? Number.NaN,
    stable: regress(labels, stable, includes).metrics['r2'] ?? Number.NaN,
    loss: mean,
    againstMargin,
    againstZero,
    needed,
    detail: `${figure(Math.abs(mean))} ${mean > 0 ? 'lower' : 'higher'}`,
  };
}
