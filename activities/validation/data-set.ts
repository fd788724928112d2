import type { ValidatePlan } from '../../domain/plan.ts';
import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { failure } from '../failures.ts';
import { fetchDataFile } from './data-file.ts';
import { jsonValue } from './json-value.ts';
import type { Prediction } from './prediction.ts';
import { sliceRows, type Slice } from './slices.ts';
import { readTable, ROW, type Table } from './table.ts';

/** Some rows' features, in order. */
export interface RowBatch {
  /** Position of the first row. */
  readonly first: number;
  readonly columns: readonly string[];
  /** JSON values, row by row. */
  readonly data: readonly (readonly unknown[])[];
}

/** Labelled rows; features stay in DuckDB and are read batch by batch. */
export interface DataSet {
  readonly source: string;
  /** Hash of the file. */
  readonly sha256: string;
  /** Rows to score. */
  readonly rows: number;
  /** Rows in the file, and those of them without a label, which are left out. */
  readonly rowsInFile: number;
  readonly rowsWithoutLabel: number;
  readonly features: readonly string[];
  /** Of them, those that may hold other than whole numbers, even where none does. */
  readonly decimals: ReadonlySet<string>;
  readonly labels: readonly Prediction[];
  readonly slices: readonly Slice[];
  batches(size: number): AsyncGenerator<RowBatch, void, undefined>;
  close(): Promise<void>;
}

type Wanted = ValidatePlan['data'] & Pick<ValidatePlan, 'slices'>;

/**
 * Loads a plan's data set; close it when done.
 *
 * @throws failure `InvalidData` for a missing file or column, no labelled row, or a predicate that is none
 */
export async function loadDataSet(mlflow: MlflowClient, wanted: Wanted, signal?: AbortSignal): Promise<DataSet> {
  const file = await fetchDataFile(mlflow, wanted.source, signal);
  let table: Table | undefined;
  const close = async () => {
    table?.close();
    await file.dispose();
  };
  try {
    table = await readTable(file.path, wanted.source, signal);
    const { rowsInFile, rowsWithoutLabel, rows } = await selectRows(table, wanted);
    const features = featuresOf(table.columns, wanted);
    const labels = (await table.column(`SELECT ${quoted(wanted.label)} FROM scored ORDER BY ${ROW}`)).map(label);
    const slices = await sliceRows(table, wanted.slices, rows);
    const batches = batchReader(table, features, rows);
    const { sha256 } = file;
    return {
      source: wanted.source,
      sha256,
      rows,
      rowsInFile,
      rowsWithoutLabel,
      features,
      decimals: table.decimals,
      labels,
      slices,
      batches,
      close,
    };
  } catch (error) {
    await close();
    signal?.throwIfAborted();
    throw error;
  }
}

/** Makes the table `scored`: labelled rows with their position, at most `maxRows`, taken evenly over the whole file. */
async function selectRows(table: Table, { source, label, maxRows }: Wanted) {
  if (!table.columns.includes(label)) throw noColumn(source, 'label', label, table.columns);
  const name = quoted(label);
  const [[total, labelled] = []] = await table.all(`SELECT count(*), count(${name}) FROM data`);
  const [rowsInFile, found] = [Number(total), Number(labelled)];
  if (rowsInFile === 0) throw failure('InvalidData', `${source} has no rows`);
  if (found === 0)
    throw failure('InvalidData', `${source}: the label column "${label}" is empty in all ${rowsInFile} rows`);
  const rows = Math.min(found, maxRows ?? found);
  await table.all(`
    CREATE TABLE scored AS
    SELECT (${ROW} * ${rows}) // ${found} AS ${ROW}, * EXCLUDE (${ROW})
    FROM (SELECT row_number() OVER () - 1 AS ${ROW}, * FROM data WHERE ${name} IS NOT NULL)
    WHERE ((${ROW} + 1) * ${rows}) // ${found} > (${ROW} * ${rows}) // ${found}`);
  await table.all('DROP TABLE data');
  return { rowsInFile, rowsWithoutLabel: rowsInFile - found, rows };
}

function featuresOf(columns: readonly string[], { source, label, exclude }: Wanted): readonly string[] {
  const unknown = exclude.find((name) => !columns.includes(name));
  if (unknown !== undefined) throw noColumn(source, 'excluded', unknown, columns);
  const features = columns.filter((name) => name !== label && !exclude.includes(name));
  if (features.length > 0) return features;
  throw failure('InvalidData', `${source} has no column besides the label "${label}" and the excluded ones`);
}

function batchReader(table: Table, columns: readonly string[], rows: number): DataSet['batches'] {
  const list = columns.map(quoted).join(', ');
  return async function* (size) {
    for (let first = 0; first < rows; first += size) {
      const range = `${ROW} >= ${first} AND ${ROW} < ${first + size}`;
      const data = await table.all(`SELECT ${list} FROM scored WHERE ${range} ORDER BY ${ROW}`);
      yield { first, columns, data: data.map((row) => row.map(jsonValue)) };
    }
  };
}

function label(value: unknown): Prediction {
  const plain = jsonValue(value);
  if (typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean') return plain;
  throw failure('InvalidData', `a label is one value; the label column holds ${JSON.stringify(plain)?.slice(0, 80)}`);
}

function noColumn(source: string, role: string, name: string, columns: readonly string[]): Error {
  const shown = columns.length > 20 ? [...columns.slice(0, 20), `and ${columns.length - 20} more`] : columns;
  return failure('InvalidData', `${source} has no column "${name}" (${role}); it has ${shown.join(', ')}`);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
