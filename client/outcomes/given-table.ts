import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { usageFailure } from '../failure.ts';
import { readCsvHeader } from './csv-header.ts';

/**
 * A database of its own, with a file in a table `given`: `line`, and of each chosen column its text under the name that it
 * was chosen for, with the kind of its value beside it (`label`, `label_kind`).
 */
export interface GivenTable {
  readonly connection: DuckDBConnection;
  /** What `line` counts: a file of records has no lines. */
  readonly lineWord: 'line' | 'row';
  close(): Promise<void>;
}

/** A query over the file, with the expressions for a column's text and for what kind of value it holds. */
interface Source {
  readonly from: string;
  readonly columns: readonly string[];
  /** Lines before the first record. */
  readonly heading: number;
  readonly text: (column: string) => string;
  /** `text`, `number`, `boolean` or `other`; a file of text does not say. */
  readonly kind: (column: string) => string;
}

const SETTINGS = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false', threads: '2' };

/**
 * Reads a CSV, JSON lines or Parquet file; what does not fit into memory goes to a temporary folder.
 *
 * @throws Failure for a file that is none, or a column that is not there
 */
export async function openGivenTable(
  path: string,
  choose: (found: readonly string[]) => Readonly<Record<string, string | null>>,
): Promise<GivenTable> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw usageFailure(`there is no file ${path}`);
  const folder = await mkdtemp(join(tmpdir(), 'slipway-outcomes-'));
  const instance = await DuckDBInstance.create(':memory:', {
    ...SETTINGS,
    memory_limit: '512MB',
    temp_directory: folder,
  });
  const connection = await instance.connect();
  const close = async () => {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    // A time without a zone is in UTC on every machine.
    await connection.run("SET timezone = 'UTC'");
    const source = await sourceOf(connection, path);
    await connection.run(tableOf(source, choose(source.columns)));
    return { connection, lineWord: extname(path) === '.parquet' ? 'row' : 'line', close };
  } catch (error) {
    await close();
    throw isDuckDb(error) ? unreadable(path, error) : error;
  }
}

function tableOf({ from, heading, text, kind }: Source, chosen: Readonly<Record<string, string | null>>): string {
  const fields = Object.entries(chosen).map(([name, column]) => {
    const [value, type] = column === null ? ['NULL::VARCHAR', 'NULL::VARCHAR'] : [text(column), kind(column)];
    return `${value} AS ${quoted(name)}, ${type} AS ${quoted(`${name}_kind`)}`;
  });
  return `CREATE TABLE given AS SELECT row_number() OVER () + ${heading} AS line, ${fields.join(', ')} FROM ${from}`;
}

async function sourceOf(connection: DuckDBConnection, path: string): Promise<Source> {
  const file = literal(path);
  switch (extname(path.replace(/\.gz$/, '')).toLowerCase()) {
    case '.csv':
    case '.tsv': {
      const { delimiter, columns } = await readCsvHeader(path);
      const types = columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
      const layout = `header = true, delim = ${literal(delimiter)}, quote = '"', escape = '"', auto_detect = false`;
      const from = `read_csv(${file}, columns = {${types}}, ${layout})`;
      return { from, columns, heading: 1, text: quoted, kind: () => 'NULL::VARCHAR' };
    }
    case '.jsonl':
    case '.ndjson': {
      const from = `read_json_objects(${file}, format = 'newline_delimited')`;
      const keys = `SELECT DISTINCT unnest(json_keys(json)) AS key FROM (FROM ${from} LIMIT 1000) ORDER BY key`;
      const columns = (await connection.runAndReadAll(keys)).getRowsJS().map(([key]) => key as string);
      return {
        ...{ from, columns, heading: 0 },
        text: (column) => `json ->> ${literal(jsonPath(column))}`,
        kind: (column) => kindOf(`json_type(json, ${literal(jsonPath(column))})`),
      };
    }
    case '.parquet': {
      const from = `read_parquet(${file})`;
      const columns = (await connection.run(`FROM ${from} LIMIT 0`)).columnNames();
      return {
        ...{ from, columns, heading: 0 },
        text: (column) => `CAST(${quoted(column)} AS VARCHAR)`,
        kind: (column) => kindOf(`typeof(${quoted(column)})`),
      };
    }
    default:
      throw usageFailure(`${path}: the ending tells how to read it; use .csv, .tsv, .jsonl, .ndjson or .parquet`);
  }
}

function kindOf(type: string): string {
  return `CASE WHEN ${type} = 'VARCHAR' THEN 'text' WHEN ${type} = 'BOOLEAN' THEN 'boolean'
    WHEN regexp_matches(${type}, '^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$') THEN 'number'
    ELSE 'other' END`;
}

function jsonPath(column: string): string {
  return `$."${column.replaceAll('"', '\\"')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function isDuckDb(error: unknown): error is Error {
  return error instanceof Error && /^[A-Z][A-Za-z ]+ Error: /.test(error.message);
}

function unreadable(path: string, error: Error): Error {
  const line = /\b[Ll]ine:? (\d+)/.exec(error.message)?.[1];
  const expected = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(error.message);
  const reason = expected
    ? `it has ${expected[2]} fields and the first line ${expected[1]}`
    : (error.message.split('\n')[0] ?? '').replace(/ in file ".*?",/, '').trim();
  const where = line === undefined ? path : `${path}, line ${line}`;
  return usageFailure(`${where}: ${reason}; mend it and push again, nothing was sent`);
}
