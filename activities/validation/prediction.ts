/** One answer, or one label: a class or a number. */
export type Prediction = string | number | boolean;

/**
 * The class that an answer or a label names. `3`, `3.0` and `"3"` are one class, since a label read from CSV and the
 * answer of a model rarely agree on the type.
 */
export function className(value: Prediction | bigint): string {
  return typeof value === 'string' ? value.trim() : String(value);
}

/** The number that an answer or a label is; NaN for anything else. */
export function numeric(value: Prediction | bigint): number {
  if (typeof value === 'string') return value.trim() === '' ? Number.NaN : Number(value);
  return Number(value);
}

/** Reads one element of a response; `null` when it is not one value. */
export function readPrediction(element: unknown): Prediction | null {
  if (typeof element === 'string' || typeof element === 'boolean') return element;
  if (typeof element === 'number') return Number.isFinite(element) ? element : null;
  if (typeof element !== 'object' || element === null) return null;
  // A model that answers with a table of one column, or with one value a row in a list of its own.
  const values: unknown[] = Object.values(element);
  return values.length === 1 ? readPrediction(values[0]) : null;
}

/**
 * The predictions in a body that answers `count` rows: `{"predictions": […]}` as MLflow has it, or the bare list.
 *
 * @throws RangeError that says what is wrong with it
 */
export function readPredictions(body: string, count: number): Prediction[] {
  const found = predictionList(body);
  if (found.length !== count) throw new RangeError(`answered ${found.length} predictions to ${count} rows`);
  return found.map((element) => {
    const prediction = readPrediction(element);
    if (prediction !== null) return prediction;
    throw new RangeError(`answered ${JSON.stringify(element)?.slice(0, 80)}; a prediction to compare is one value`);
  });
}

function predictionList(body: string): unknown[] {
  const parsed = parse(body);
  const list = typeof parsed === 'object' && parsed !== null && 'predictions' in parsed ? parsed.predictions : parsed;
  if (Array.isArray(list)) return list;
  throw new RangeError(`answered ${body.slice(0, 80)}; expected {"predictions": […]}`);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new RangeError(`answered no JSON: ${body.slice(0, 80)}`);
  }
}
