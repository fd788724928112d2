import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { ask, type BenchWorker } from './stack.ts';

/** Clock ticks in a second, which Linux has fixed for programs. */
const TICKS = 100;

export interface ProcessUse {
  /** Seconds of processor time since it began. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** What a process, and those that it started, have used. */
export async function useOf(pid: number): Promise<ProcessUse> {
  const uses = await Promise.all([
    readUse(pid, true),
    ...(await childrenOf(pid)).map((child) => readUse(child, false)),
  ]);
  return {
    cpuSeconds: uses.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    memoryBytes: uses.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
  };
}

/** @param withEnded also what children had used that have ended */
async function readUse(pid: number, withEnded: boolean): Promise<ProcessUse> {
  const [stat, status] = await Promise.all(
    ['stat', 'smaps_rollup'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  );
  const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
  // Pages that the processes of one PostgreSQL share count once in all.
  const pss = /^Pss:\s+(\d+) kB/m.exec(status ?? '')?.[1];
  const ticks = fields.slice(11, withEnded ? 15 : 13).reduce((sum, field) => sum + Number(field), 0);
  return {
    cpuSeconds: ticks / TICKS,
    memoryBytes: Number(pss ?? 0) * 1024,
  };
}

async function childrenOf(pid: number): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    all.map(async (name) => {
      const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
      return [Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const;
    }),
  );
  return parents.filter(([, parent]) => parent === pid).map(([child]) => child);
}

/** How long sealed batches waited for their gate: counts by upper bound in milliseconds, by stage. */
export type Lateness = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface WorkerReading {
  readonly rssBytes: number;
  readonly lateness: Lateness;
}

export async function readWorker({ health }: BenchWorker): Promise<WorkerReading> {
  const { memoryBytes, lateness } = await ask<{ memoryBytes: number; lateness: Lateness }>(health);
  return { rssBytes: memoryBytes, lateness };
}

/** What PostgreSQL has done and holds. */
export interface DatabaseReading {
  readonly commits: number;
  readonly ledgerRows: number;
  readonly ledgerBytes: number;
  readonly batchRows: number;
  readonly batchBytes: number;
}

export async function readDatabase(client: pg.Client): Promise<DatabaseReading> {
  const { rows } = await client.query<Record<keyof DatabaseReading, string>>(
    `SELECT xact_commit AS commits,
       (SELECT count(*) FROM slipway.ledger) AS "ledgerRows", pg_total_relation_size('slipway.ledger') AS "ledgerBytes",
       (SELECT count(*) FROM slipway.gate_batches) AS "batchRows",
       pg_total_relation_size('slipway.gate_batches') AS "batchBytes"
     FROM pg_stat_database WHERE datname = current_database()`,
  );
  return Object.fromEntries(
    Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]),
  ) as unknown as DatabaseReading;
}

/** The quantile `p` of counts by upper bound, less what was counted `before`; `NaN` of none. */
export function quantileOf(stage: string, now: readonly Lateness[], before: readonly Lateness[], p: number): number {
  const counts = new Map<number, number>();
  const add = (readings: readonly Lateness[], sign: number) => {
    for (const reading of readings)
      for (const [bound, count] of Object.entries(reading[stage] ?? {}))
        counts.set(Number(bound), (counts.get(Number(bound)) ?? 0) + sign * count);
  };
  add(now, 1);
  add(before, -1);
  const sorted = [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  let left = Math.ceil(p * sorted.reduce((sum, [, count]) => sum + count, 0));
  for (const [bound, count] of sorted) if ((left -= count) <= 0) return bound;
  return NaN;
}
