import { meanEstimate, USUAL_TAIL, type Estimate } from './interval.ts';

/** Sums over the labels and errors (prediction minus label) of one version. */
export interface ErrorSums {
  readonly n: number;
  readonly label: number;
  readonly labelSquares: number;
  readonly absolute: number;
  readonly squares: number;
  readonly fourths: number;
}

/** What labels say of predicted numbers. */
export interface RegressionQuality {
  readonly kind: 'regression';
  readonly n: number;
  readonly mse: Estimate;
  readonly rmse: Estimate;
  readonly mae: Estimate;
  /** Share of the labels' variance that is explained; `null` where they do not vary. Has no interval. */
  readonly r2: number | null;
}

/** MSE, RMSE, MAE and R² as scikit-learn defines them, the errors' means with Student's interval. @param tail as in `classify` */
export function regress(
  { n, label, labelSquares, absolute, squares, fourths }: ErrorSums,
  tail = USUAL_TAIL,
): RegressionQuality {
  const mse = meanEstimate(n, squares, fourths, tail);
  const total = labelSquares - (label * label) / n;
  return {
    kind: 'regression',
    n,
    mse,
    rmse: { value: Math.sqrt(mse.value), low: rooted(mse.low), high: rooted(mse.high) },
    mae: meanEstimate(n, absolute, squares, tail),
    r2: total > 0 ? 1 - squares / total : null,
  };
}

function rooted(bound: number | null): number | null {
  return bound === null ? null : Math.sqrt(bound);
}
