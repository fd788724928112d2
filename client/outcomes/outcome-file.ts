import type { DuckDBConnection } from '@duckdb/node-api';

/** A line of a file that cannot be sent, and why. */
export interface RejectedLine {
  readonly line: number;
  readonly reason: string;
}

/** The checked outcomes of a file; nothing of it is sent before all of it was read. */
export interface OutcomeFile<Item> {
  readonly what: 'label' | 'reward';
  /** Labels or rewards to send. */
  readonly count: number;
  /** Labels that a later one in the same file, by time or else by place, takes the place of. */
  readonly superseded: number;
  readonly rejected: number;
  /** The first of them. */
  readonly rejectedLines: readonly RejectedLine[];
  readonly lineWord: 'line' | 'row';
  /** In the file's order, at most 2048 at once. */
  portions(): AsyncGenerator<Item[], void, undefined>;
  close(): Promise<void>;
}

/** The row inside a request, from the text `row`; NULL where it is none. */
export const PLACE = `CASE WHEN row IS NULL OR trim(row) = '' THEN 0 ELSE try_cast(row AS INTEGER) END`;

/** Branches of a CASE: what is wrong with the columns `id`, `row` and `place` of a line. */
export function placeFaults(): string {
  return `WHEN trim(id) = '' OR id IS NULL THEN 'it has no request id'
        WHEN length(trim(id)) > 200 THEN 'its request id is longer than 200 characters'
        WHEN regexp_matches(id, '^[0-9.]+[eE][+][0-9]+$') THEN 'its request id is a rounded number: write ids as text'
        WHEN place IS NULL OR place < 0 THEN 'its row "' || row[:40] || '" is no whole number from 0'`;
}

/** Rejected lines that are told one by one. */
const MOST_TOLD = 100;

/** The first lines of the table `checked` that have a fault. */
export async function firstFaults(rows: (sql: string) => Promise<unknown[][]>): Promise<RejectedLine[]> {
  const told = await rows(`SELECT line, fault FROM checked WHERE fault IS NOT NULL ORDER BY line LIMIT ${MOST_TOLD}`);
  return told.map(([line, reason]) => ({ line: Number(line), reason: reason as string }));
}

/** The rows of a statement, chunk by chunk, each read into what is sent. */
export async function* streamed<Item>(
  connection: DuckDBConnection,
  sql: string,
  read: (row: readonly unknown[]) => Item,
): AsyncGenerator<Item[], void, undefined> {
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk.getRows().map(read);
}
