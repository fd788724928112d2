import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { chiSquare } from '../../gates/drift/chi-square.ts';
import { distances } from '../../gates/drift/measures.ts';
import { kolmogorovP, sampleDistances } from '../../gates/drift/samples.ts';
import { sortNumbers } from './sort.ts';

// Profile and every distance of two Parquet files, column by column: `ours.ts REFERENCE CURRENT`. Prints time and memory.

const BINS = 10;
const [reference = '', current = ''] = process.argv.slice(2);
const begun = performance.now();
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${reference}'`);
const columns = described.getRowsJS().map(([name, type]) => ({ name: name as string, isNumber: type === 'DOUBLE' }));
const rows = await Promise.all([reference, current].map((file) => rowsOf(connection, file)));
const room = rows.map((n) => new Float64Array(n));
const spare = new Float64Array(Math.max(...rows));
let figures = 0;
for (const { name, isNumber } of columns) figures += isNumber ? await numbers(name) : await categories(name);
process.stdout.write(
  `${JSON.stringify({ ms: performance.now() - begun, bytes: process.resourceUsage().maxRSS * 1024, columns: columns.length, metrics: figures })}\n`,
);

/** Exact quantiles, bins, and all five distances: Kolmogorov–Smirnov and Wasserstein value by value. */
async function numbers(name: string): Promise<number> {
  const sorted: Float64Array[] = [];
  for (const [i, file] of [reference, current].entries()) {
    const values = await read(file, name, room[i] ?? spare);
    // Sorted in place or in the spare array, which the next one needs.
    sorted.push(i === 0 ? sortNumbers(values, spare).slice() : sortNumbers(values, spare));
  }
  const [a, b] = [sorted[0] ?? spare, sorted[1] ?? spare];
  const edges = Array.from({ length: BINS - 1 }, (_, i) => a[Math.ceil(((i + 1) / BINS) * a.length) - 1] ?? 0);
  const [p, q] = [counted(a, edges), counted(b, edges)];
  const exact = sampleDistances(a, b);
  return told({
    ...distances(p, q),
    ...exact,
    chi: chiSquare(p, q)?.p,
    ks: kolmogorovP(exact?.kolmogorovSmirnov ?? 0, a.length, b.length),
  });
}

async function categories(name: string): Promise<number> {
  const answer = await connection.runAndReadAll(
    `SELECT sum(n)::DOUBLE, sum(m)::DOUBLE FROM (
       SELECT "${name}" AS v, count(*) AS n, 0 AS m FROM '${reference}' GROUP BY 1
       UNION ALL SELECT "${name}", 0, count(*) FROM '${current}' GROUP BY 1) GROUP BY v`,
  );
  const counts = answer.getRowsJS() as [number, number][];
  const [p, q] = [counts.map(([n]) => n), counts.map(([, m]) => m)];
  return told({ ...distances(p, q), chi: chiSquare(p, q)?.p });
}

function told(found: Readonly<Record<string, number | undefined>>): number {
  return Object.values(found).filter((value) => Number.isFinite(value)).length;
}

/** Counts of sorted values by bin, each edge found by halving. */
function counted(sorted: Float64Array, edges: readonly number[]): number[] {
  const ends = [...edges.map((edge) => endOf(sorted, edge)), sorted.length];
  return ends.map((end, i) => end - (ends[i - 1] ?? 0));
}

function endOf(sorted: Float64Array, edge: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) <= edge) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A column as it lies in DuckDB's own vectors: no row, and no value of its own, is ever made. */
async function read(file: string, name: string, into: Float64Array): Promise<Float64Array> {
  const result = await connection.stream(`SELECT "${name}" FROM '${file}' WHERE "${name}" IS NOT NULL`);
  let place = 0;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const { items } = chunk.getColumnVector(0) as unknown as { readonly items: Float64Array };
    into.set(items.subarray(0, chunk.rowCount), place);
    place += chunk.rowCount;
  }
  return into.subarray(0, place);
}

async function rowsOf(from: DuckDBConnection, file: string): Promise<number> {
  return Number((await from.runAndReadAll(`SELECT count(*) FROM '${file}'`)).getRowsJS()[0]?.[0]);
}
