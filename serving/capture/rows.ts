import { predictionsIn } from './compare.ts';

/** One row of a request, and what was predicted for it. */
export interface Row {
  readonly input: unknown;
  readonly prediction: unknown;
}

/** A request with more rows is recorded as one: a few such requests a second would drown every other. */
const ROW_LIMIT = 1000;

/** The rows of a request in one of MLflow's formats with its answer; one row with everything for any other request. */
export function rowsOf(request: unknown, answer: unknown): Row[] {
  const inputs = inputRows(request);
  const predictions = predictionsIn(answer);
  if (inputs === null || !Array.isArray(predictions) || inputs.length !== predictions.length)
    return [{ input: request, prediction: predictions }];
  return inputs.length > ROW_LIMIT || inputs.length === 0
    ? [{ input: request, prediction: predictions }]
    : inputs.map((input, index) => ({ input, prediction: predictions[index] as unknown }));
}

function inputRows(request: unknown): readonly unknown[] | null {
  if (typeof request !== 'object' || request === null) return null;
  const { instances, inputs, dataframe_records, dataframe_split } = request as Readonly<Record<string, unknown>>;
  if (Array.isArray(dataframe_records)) return dataframe_records;
  if (Array.isArray(instances)) return instances;
  if (Array.isArray(inputs)) return inputs.some(isTensor) ? null : inputs;
  return tableRows(dataframe_split) ?? columnRows(inputs);
}

/** `{"columns": ["a"], "data": [[1]]}` → `[{"a": 1}]` */
function tableRows(table: unknown): readonly unknown[] | null {
  if (typeof table !== 'object' || table === null) return null;
  const { columns, data } = table as Readonly<Record<string, unknown>>;
  if (!Array.isArray(data)) return null;
  if (!Array.isArray(columns)) return data;
  return data.map((row: unknown) =>
    Array.isArray(row)
      ? Object.fromEntries(columns.map((column, index) => [String(column), row[index] as unknown]))
      : row,
  );
}

/** `{"a": [1, 2]}` → `[{"a": 1}, {"a": 2}]`, where all columns are equally long. */
function columnRows(columns: unknown): readonly unknown[] | null {
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) return null;
  const entries = Object.entries(columns);
  const [, first] = entries[0] ?? [];
  if (!Array.isArray(first) || !entries.every(([, values]) => Array.isArray(values) && values.length === first.length))
    return null;
  return first.map((_, index) =>
    Object.fromEntries(entries.map(([name, values]) => [name, (values as unknown[])[index]])),
  );
}

/** The v2 protocol also has `inputs`, but its parts are tensors, not rows. */
function isTensor(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'datatype' in value;
}
