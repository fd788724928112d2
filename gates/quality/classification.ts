import { oddsEstimate, shareEstimate, USUAL_TAIL, type Estimate } from './interval.ts';

/** How often a label met a prediction. */
export interface Cell {
  readonly label: string;
  readonly prediction: string;
  readonly n: number;
}

export interface ClassQuality {
  readonly class: string;
  /** Labels of this class. */
  readonly n: number;
  readonly precision: Estimate;
  readonly recall: Estimate;
  readonly f1: Estimate;
}

/** What labels say of predicted classes; averages are over classes, each counting the same. */
export interface ClassificationQuality {
  readonly kind: 'classification';
  readonly n: number;
  readonly accuracy: Estimate;
  readonly precision: Estimate;
  readonly recall: Estimate;
  readonly f1: Estimate;
  readonly classes: readonly ClassQuality[];
}

/** Of one class: pairs that are of it in both, in the label, in the prediction. */
interface Margins {
  readonly class: string;
  readonly both: number;
  readonly labels: number;
  readonly predictions: number;
}

/** How a figure of one class changes with one more pair of it: in both, in the label alone, in the prediction alone. */
interface Slopes {
  readonly value: number;
  readonly both: number;
  readonly label: number;
  readonly prediction: number;
}

/**
 * Accuracy, precision, recall and F1 as scikit-learn defines them (`zero_division=0`): shares with Wilson's interval, F1 and
 * averages by the delta method over the multinomial table (Takahashi et al. 2022), on the log-odds scale.
 *
 * @param tail the chance, on each side of an interval, that the true figure lies beyond it
 * @param least how often a class must have been seen for its figure to count in an average
 */
export function classify(cells: readonly Cell[], tail = USUAL_TAIL, least = 0): ClassificationQuality {
  const n = cells.reduce((sum, cell) => sum + cell.n, 0);
  const right = cells.reduce((sum, cell) => sum + (cell.label === cell.prediction ? cell.n : 0), 0);
  const margins = marginsOf(cells);
  const average = (slopesOf: (of: Margins) => Slopes, seen: 'labels' | 'predictions') => {
    const counted = margins.filter((of) => of[seen] >= least);
    return averaged(cells, counted.map(slopesOf), counted, { n, tail });
  };
  return {
    kind: 'classification',
    n,
    accuracy: shareEstimate(right, n, tail),
    precision: average(precisionOf, 'predictions'),
    recall: average(recallOf, 'labels'),
    f1: average(f1Of, 'labels'),
    classes: margins.map((of) => ({
      class: of.class,
      n: of.labels,
      precision: shareEstimate(of.both, of.predictions, tail),
      recall: shareEstimate(of.both, of.labels, tail),
      f1: averaged(cells, [f1Of(of)], [of], { n, tail }),
    })),
  };
}

function marginsOf(cells: readonly Cell[]): Margins[] {
  const classes = [...new Set(cells.flatMap(({ label, prediction }) => [label, prediction]))].sort();
  const found = new Map(classes.map((name) => [name, { class: name, both: 0, labels: 0, predictions: 0 }]));
  for (const { label, prediction, n } of cells) {
    const [ofLabel, ofPrediction] = [found.get(label), found.get(prediction)];
    if (ofLabel) ofLabel.labels += n;
    if (ofPrediction) ofPrediction.predictions += n;
    if (ofLabel && label === prediction) ofLabel.both += n;
  }
  return [...found.values()];
}

/** The mean of one figure per class. The slopes are by pairs, so that the variance is `Σ n·slope² − (Σ n·slope)² / N`. */
function averaged(
  cells: readonly Cell[],
  slopes: readonly Slopes[],
  margins: readonly Margins[],
  { n, tail }: { readonly n: number; readonly tail: number },
): Estimate {
  const count = slopes.length;
  if (count === 0) return { value: 0, low: null, high: null };
  const value = slopes.reduce((sum, each) => sum + each.value, 0) / count;
  const place = new Map(margins.map((of, i) => [of.class, slopes[i]]));
  let [sum, squares] = [0, 0];
  for (const { label, prediction, n: pairs } of cells) {
    const [ofLabel, ofPrediction] = [place.get(label), place.get(prediction)];
    const slope =
      (label === prediction ? (ofLabel?.both ?? 0) : (ofLabel?.label ?? 0) + (ofPrediction?.prediction ?? 0)) / count;
    sum += pairs * slope;
    squares += pairs * slope * slope;
  }
  const evidence = margins.reduce((all, of) => all + (of.labels + of.predictions) / 2, 0);
  return oddsEstimate(value, Math.sqrt(Math.max(0, squares - (sum * sum) / n)), evidence, tail);
}

function precisionOf({ both, predictions }: Margins): Slopes {
  if (predictions === 0) return FLAT;
  const value = both / predictions;
  return { value, both: (1 - value) / predictions, label: 0, prediction: -value / predictions };
}

function recallOf({ both, labels }: Margins): Slopes {
  if (labels === 0) return FLAT;
  const value = both / labels;
  return { value, both: (1 - value) / labels, label: -value / labels, prediction: 0 };
}

function f1Of({ both, labels, predictions }: Margins): Slopes {
  const sum = labels + predictions;
  if (sum === 0) return FLAT;
  const value = (2 * both) / sum;
  return { value, both: (2 - 2 * value) / sum, label: -value / sum, prediction: -value / sum };
}

const FLAT: Slopes = { value: 0, both: 0, label: 0, prediction: 0 };
