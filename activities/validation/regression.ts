import { numeric, type Prediction } from './prediction.ts';

export interface Regression {
  /** Rows with an answer; the figures are over these. */
  readonly rows: number;
  /** By the names under which a specification asks for them. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** MSE, RMSE, MAE and R² as scikit-learn defines them; an answer that is no number counts as none. */
export function regress(
  labels: readonly Prediction[],
  predictions: readonly (Prediction | null)[],
  includes?: ArrayLike<number>,
): Regression {
  const pairs = numberPairs(labels, predictions, includes);
  const errors = pairs.map(([label, prediction]) => prediction - label);
  const mse = mean(errors.map((error) => error * error));
  const metrics = { mse, rmse: Math.sqrt(mse), mae: mean(errors.map(Math.abs)), r2: 1 - mse / spread(pairs) };
  return { rows: pairs.length, metrics };
}

/**
 * By how much each row lowers the candidate's R² below stable's; their mean is the difference of the two R².
 *
 * Rows that only one of the two answered are left out. The spread of the labels is the same for both, so it is taken as given.
 */
export function r2Losses(
  labels: readonly Prediction[],
  candidate: readonly (Prediction | null)[],
  stable: readonly (Prediction | null)[],
  includes?: ArrayLike<number>,
): number[] {
  const both = labels.map((_, row) => {
    if (includes && !includes[row]) return 0;
    return isNumber(candidate[row]) && isNumber(stable[row]) ? 1 : 0;
  });
  const ours = numberPairs(labels, candidate, both);
  const theirs = numberPairs(labels, stable, both);
  const variance = spread(ours);
  return ours.map(([label, prediction], i) => {
    const other = theirs[i]?.[1] ?? Number.NaN;
    return ((prediction - label) ** 2 - (other - label) ** 2) / variance;
  });
}

function numberPairs(
  labels: readonly Prediction[],
  predictions: readonly (Prediction | null)[],
  includes?: ArrayLike<number>,
): (readonly [label: number, prediction: number])[] {
  return labels.flatMap((label, row) => {
    const prediction = predictions[row];
    return (includes && !includes[row]) || !isNumber(prediction)
      ? []
      : [[numeric(label), numeric(prediction)] as const];
  });
}

function isNumber(prediction: Prediction | null | undefined): prediction is Prediction {
  return prediction !== null && prediction !== undefined && !Number.isNaN(numeric(prediction));
}

/** Mean squared distance of the labels from their mean. */
function spread(pairs: readonly (readonly [label: number, prediction: number])[]): number {
  const center = mean(pairs.map(([label]) => label));
  return mean(pairs.map(([label]) => (label - center) ** 2));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
