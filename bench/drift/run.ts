import { DuckDBInstance } from '@duckdb/node-api';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judged, type Benchmark } from '../benchmark.ts';

const NUMBERS = 40;
const CATEGORIES = 10;
const ROOT = join(import.meta.dirname, '../..');
const VENV = join(ROOT, '.cache/bench-drift');
const MiB = 2 ** 20;

interface Measured {
  readonly ms: number;
  readonly bytes: number;
  readonly columns: number;
  readonly metrics: number;
}

/** Profile and all distances of two tables of 50 columns, against Evidently's default drift report of the same files. */
export const run: Benchmark = async ({ quick }) => {
  const rows = quick ? 20_000 : 1_000_000;
  const python = peer();
  const folder = mkdtempSync(join(tmpdir(), 'slipway-drift-'));
  try {
    const files = [join(folder, 'reference.parquet'), join(folder, 'current.parquet')];
    await write(files, rows);
    const ours = measure(process.execPath, [join(import.meta.dirname, 'ours.ts'), ...files]);
    const theirs = measure(python, [join(import.meta.dirname, 'peer.py'), ...files]);
    const line = (name: string, { ms, bytes, metrics }: Measured) =>
      `| ${name} | ${(ms / 1000).toFixed(1)} s | ${Math.round(bytes / MiB)} MiB | ${metrics} |`;
    process.stdout.write(
      [`| ${rows} rows × ${ours.columns} columns, twice | time | peak memory | figures |`, '|---|---|---|---|']
        .concat(line('Slipway', ours), line('Evidently', theirs), '')
        .join('\n'),
    );
    const figures = {
      rows,
      shareOfEvidentlysTime: ours.ms / theirs.ms,
      timesFaster: theirs.ms / ours.ms,
      peakMiB: ours.bytes / MiB,
      evidentlyPeakMiB: theirs.bytes / MiB,
    };
    return judged(figures, { shareOfEvidentlysTime: 0.1, peakMiB: 1_024 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Evidently in an environment of its own, made once, from hash-locked requirements; returns its Python. */
function peer(): string {
  const [python, ready] = [join(VENV, 'bin/python'), join(VENV, 'ready')];
  if (existsSync(ready)) return python;
  process.stderr.write('installing Evidently into .cache/bench-drift, once …\n');
  check(join(ROOT, '.venv/bin/python'), ['-m', 'venv', VENV]);
  // The list is whole: pip would look again for what it names with an extra, `pandas[parquet]`, and then want a hash of it.
  const list = join(import.meta.dirname, 'requirements.txt');
  check(python, ['-m', 'pip', 'install', '-q', '--no-deps', '--require-hashes', '-r', list]);
  writeFileSync(ready, '');
  return python;
}

/** Numbers of several shapes and texts of eight categories; every fifth column drifts in the second file. */
async function write(files: readonly string[], rows: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run('SELECT setseed(0.5)');
  for (const [second, file] of files.entries()) {
    const shift = (i: number) => (i % 5 === 0 ? 0.2 * second : 0);
    const numbers = Array.from({ length: NUMBERS }, (_, i) =>
      i % 2 === 0
        ? `random() + random() + random() + ${shift(i)} AS n${i}`
        : `-ln(1 - random()) * (1 + ${shift(i)}) AS n${i}`,
    );
    const categories = Array.from(
      { length: CATEGORIES },
      (_, i) => `'kind ' || floor(8 * (random() ** (1 + ${shift(i)})))::INT AS c${i}`,
    );
    const columns = [...numbers, ...categories].join(', ');
    await connection.run(`COPY (SELECT ${columns} FROM range(${rows})) TO '${file}'`);
  }
  connection.closeSync();
  instance.closeSync();
}

function measure(program: string, args: readonly string[]): Measured {
  return JSON.parse(check(program, args).trim().split('\n').at(-1) ?? '') as Measured;
}

function check(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * MiB });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args[0] ?? ''} failed: ${stderr.slice(-2_000)}`);
}
