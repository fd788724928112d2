import { createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type { LoggedPrediction } from './read.ts';

export type PredictionFormat = 'jsonl' | 'csv' | 'parquet';

/** Takes predictions page by page; nothing stands under the file's name before `end`. */
export interface PredictionWriter {
  add(page: readonly LoggedPrediction[]): Promise<void>;
  end(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

const FIELDS = [
  ...['at', 'requestId', 'row', 'version', 'arm', 'userId', 'status', 'latencyMs'],
  ...['prediction', 'label', 'mirrored', 'input'],
] as const as readonly (keyof LoggedPrediction)[];

/** One line of text for a prediction. */
export function predictionLine(format: 'jsonl' | 'csv', prediction: LoggedPrediction): string {
  if (format === 'jsonl') return `${JSON.stringify(prediction)}\n`;
  return `${FIELDS.map((field) => csvField(prediction[field])).join(',')}\n`;
}

export const CSV_HEADING = `${FIELDS.join(',')}\n`;

/** Writes to a file beside its place, which is renamed at the end. */
export async function writePredictions(file: string, format: PredictionFormat): Promise<PredictionWriter> {
  const part = `${file}.part`;
  const folder = format === 'parquet' ? await mkdtemp(join(tmpdir(), 'slipway-predictions-')) : null;
  const text = folder === null ? part : join(folder, 'predictions.jsonl');
  const lines = format === 'csv' ? 'csv' : 'jsonl';
  const stream = createWriteStream(text);
  const failed = once(stream, 'error').then(([error]: unknown[]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  const write = async (content: string) => {
    if (!stream.write(content)) await Promise.race([once(stream, 'drain'), failed]);
  };
  if (format === 'csv') await write(CSV_HEADING);
  return {
    async add(page) {
      await write(page.map((prediction) => predictionLine(lines, prediction)).join(''));
    },
    async end() {
      stream.end();
      await Promise.race([once(stream, 'finish'), failed]);
      if (folder !== null) await toParquet(text, part);
      await rename(part, file);
      if (folder !== null) await rm(folder, { recursive: true });
    },
    async discard() {
      stream.destroy();
      await rm(part, { force: true });
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}

const TYPES: Readonly<Partial<Record<keyof LoggedPrediction, string>>> = {
  at: 'TIMESTAMPTZ',
  row: 'INTEGER',
  status: 'INTEGER',
  latencyMs: 'DOUBLE',
  ...{ prediction: 'JSON', label: 'JSON', mirrored: 'JSON', input: 'JSON' },
};

async function toParquet(lines: string, file: string): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '512MB', threads: '2' });
  const connection = await instance.connect();
  const types = FIELDS.map((field) => `"${field}": '${TYPES[field] ?? 'VARCHAR'}'`).join(', ');
  const literal = (path: string) => `'${path.replaceAll("'", "''")}'`;
  try {
    await connection.run(
      `COPY (FROM read_json(${literal(lines)}, format = 'newline_delimited', columns = {${types}}))
       TO ${literal(file)} (FORMAT parquet)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function csvField(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
