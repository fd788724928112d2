import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { extname } from 'node:path';
import { failure } from '../failures.ts';

/** Name of the column that holds a row's position; no data set has one of this name. */
export const ROW = '__slipway_row';

/** An in-memory DuckDB that holds nothing but the data set, in a table `data`. */
export interface Table {
  /** All rows of a query's answer, as JavaScript values. @throws Error with DuckDB's own message */
  all(sql: string): Promise<unknown[][]>;
  /** Like `all`, refused unless it is one SELECT of one column. */
  column(sql: string): Promise<unknown[]>;
  readonly columns: readonly string[];
  /** Columns of a type with decimals, whatever values they hold: `5.0` is one of many numbers, `5` is a whole one. */
  readonly decimals: ReadonlySet<string>;
  close(): void;
}

/**
 * Reads a CSV, JSON lines or Parquet file into a table, and then takes away every means to reach anything else.
 *
 * @throws failure `InvalidData` for another ending, or content that DuckDB cannot read
 */
export async function readTable(file: string, shownAs: string, signal?: AbortSignal): Promise<Table> {
  const reader = readerOf(file, shownAs);
  const settings = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false', threads: '2' };
  const instance = await DuckDBInstance.create(':memory:', settings);
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  const close = () => {
    signal?.removeEventListener('abort', interrupt);
    connection.closeSync();
    instance.closeSync();
  };
  try {
    signal?.throwIfAborted();
    await connection.run(`CREATE TABLE data AS SELECT * FROM ${reader}`);
    await lockDown(connection);
    const empty = await connection.run('SELECT * FROM data LIMIT 0');
    const columns = empty.columnNames();
    const types = empty.columnTypes().map(String);
    const oneByOne = queue();
    return {
      all: (sql) => oneByOne(async () => (await connection.runAndReadAll(sql)).getRowsJS()),
      column: (sql) => oneByOne(() => column(connection, sql)),
      columns,
      decimals: new Set(columns.filter((_, i) => /^(DOUBLE|FLOAT|DECIMAL)/.test(types[i] ?? ''))),
      close,
    };
  } catch (error) {
    close();
    signal?.throwIfAborted();
    throw failure('InvalidData', `${shownAs} cannot be read: ${firstLine(error)}`, { cause: error });
  }
}

/** The first line of DuckDB's message; the others repeat the query. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

function readerOf(file: string, shownAs: string): string {
  const path = `'${file.replaceAll("'", "''")}'`;
  switch (extname(file.replace(/\.(gz|zst)$/, '')).toLowerCase()) {
    case '.csv':
    case '.tsv':
      // All rows decide on the types: a few odd ones at the end must not break what the first ones promised.
      return `read_csv(${path}, sample_size = -1)`;
    case '.jsonl':
    case '.ndjson':
      return `read_json(${path}, format = 'newline_delimited', sample_size = -1)`;
    case '.parquet':
      return `read_parquet(${path})`;
    default:
      throw failure(
        'InvalidData',
        `${shownAs}: the ending tells how to read it; use .csv, .tsv, .jsonl, .ndjson or .parquet`,
      );
  }
}

/** Predicates of slices come from a specification; from here on SQL can only compute over the table. */
async function lockDown(connection: DuckDBConnection): Promise<void> {
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

/** A connection takes one query at a time, and both versions are scored at once. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

async function column(connection: DuckDBConnection, sql: string): Promise<unknown[]> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw new Error('it is more than one statement');
  const reader = await connection.runAndReadAll(sql);
  if (reader.columnCount !== 1) throw new Error('it is more than one expression');
  return reader.getColumnsJS()[0] ?? [];
}
