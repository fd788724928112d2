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

/** The rows that a request in one of MLflow's formats asks about; `null` for any other request. */
export function inputRows(request: unknown): readonly unknown[] | null {
  const { instances, inputs, dataframe_records, dataframe_split } = fieldsOf(request) ?? {};
  const rows = listOf(dataframe_records) ?? listOf(instances);
  if (rows !== null) return rows;
  const listed = listOf(inputs);
  if (listed !== null) return listed.some(isTensor) ? null : listed;
  return tableRows(dataframe_split) ?? columnRows(inputs);
}

/** `{"columns": ["a"], "data": [[1]]}` → `[{"a": 1}]` */
function tableRows(table: unknown): readonly unknown[] | null {
  const { columns, data } = fieldsOf(table) ?? {};
  const [names, rows] = [listOf(columns), listOf(data)];
  if (names === null || rows === null) return rows;
  return rows.map((row) => {
    const cells = listOf(row);
    return cells === null ? row : Object.fromEntries(names.map((name, index) => [String(name), cells[index]]));
  });
}

/** `{"a": [1, 2]}` → `[{"a": 1}, {"a": 2}]`, where all columns are equally long. */
function columnRows(value: unknown): readonly unknown[] | null {
  const columns = Object.entries(fieldsOf(value) ?? {}).map(([name, cells]) => [name, listOf(cells)] as const);
  const length = columns[0]?.[1]?.length;
  if (length === undefined || !columns.every(([, cells]) => cells?.length === length)) return null;
  return Array.from({ length }, (_, row) => Object.fromEntries(columns.map(([name, cells]) => [name, cells?.[row]])));
}

/** The v2 protocol also has `inputs`, but its parts are tensors, not rows. */
function isTensor(value: unknown): boolean {
  return fieldsOf(value)?.datatype !== undefined;
}

function listOf(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}
