import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { quantileOf, readDatabase, readWorker, useOf, type Lateness } from './readings.ts';
import type { BenchWorker, ScaleStack } from './stack.ts';

/** What one stretch of time cost. */
export interface PhaseResult {
  readonly name: string;
  readonly rollouts: number;
  readonly requestsPerSecond: number;
  readonly seconds: number;
  /** From the end of a batch's interval to its gate's word on it, in seconds. */
  readonly canaryP50: number;
  readonly canaryP99: number;
  readonly soakP50: number;
  readonly soakP99: number;
  /** Processor seconds a second. */
  readonly workerCpu: number;
  readonly temporalCpu: number;
  readonly postgresCpu: number;
  /** The largest of the workers, in MB, and what the two servers hold. */
  readonly workerRss: number;
  readonly temporalMb: number;
  readonly postgresMb: number;
  /** Transactions that are not the fake capture's. */
  readonly queriesPerGateMinute: number;
  readonly queriesPerSecond: number;
  readonly batchesPerSecond: number;
  /** The longest time that a batch waited to be written, in seconds: no fault of the gates. */
  readonly writtenLate: number;
}

/** How often memory is looked at while a phase lasts, in milliseconds. */
const LOOK_MS = 2_000;

/** Watches the stack for a while, after `during` has been done if there is anything to do. */
export async function measure(
  name: string,
  { stack, database, workers, rollouts, seconds }: Measured,
  during: () => Promise<void> | void = () => undefined,
): Promise<PhaseResult> {
  const before = await look(stack, database, workers());
  await during();
  let rss = 0;
  for (const until = Date.now() + seconds * 1_000; Date.now() < until;) {
    const readings = await Promise.all(workers().map(readWorker));
    rss = Math.max(rss, ...readings.map(({ rssBytes }) => rssBytes));
    await delay(LOOK_MS);
  }
  const after = await look(stack, database, workers());
  const took = (after.at - before.at) / 1_000;
  const rate = (value: (look: Look) => number) => (value(after) - value(before)) / took;
  // Those of a worker that is gone by now went with it.
  const alive = before.lateness.filter((_, i) => after.pids.includes(before.pids[i] ?? 0));
  const late = (stage: string, p: number) => quantileOf(stage, after.lateness, alive, p) / 1_000;
  const queries = rate(({ commits, world }) => commits - world.commits);
  return {
    name,
    rollouts,
    requestsPerSecond: stack.requestsPerSecond,
    seconds: took,
    canaryP50: late('canary', 0.5),
    canaryP99: late('canary', 0.99),
    soakP50: late('soak', 0.5),
    soakP99: late('soak', 0.99),
    workerCpu: after.pids.reduce((sum, pid) => sum + (after.cpu.get(pid) ?? 0) - (before.cpu.get(pid) ?? 0), 0) / took,
    temporalCpu: rate(({ temporal }) => temporal.cpuSeconds),
    postgresCpu: rate(({ postgres }) => postgres.cpuSeconds),
    workerRss: rss / MB,
    temporalMb: after.temporal.memoryBytes / MB,
    postgresMb: after.postgres.memoryBytes / MB,
    queriesPerGateMinute: (queries * 60) / rollouts,
    queriesPerSecond: queries,
    batchesPerSecond: rate(({ world }) => world.rows),
    writtenLate: after.world.latestMs / 1_000,
  };
}

export interface Measured {
  readonly stack: ScaleStack & { readonly requestsPerSecond: number };
  readonly database: pg.Client;
  readonly workers: () => readonly BenchWorker[];
  readonly rollouts: number;
  readonly seconds: number;
}

const MB = 1_048_576;

type Look = Awaited<ReturnType<typeof look>>;

async function look(stack: ScaleStack, database: pg.Client, workers: readonly BenchWorker[]) {
  const [world, { commits }, temporal, postgres, readings, uses] = await Promise.all([
    stack.world(),
    readDatabase(database),
    useOf(stack.temporal),
    useOf(stack.postgres),
    Promise.all(workers.map(readWorker)),
    Promise.all(workers.map(async ({ pid }) => [pid, (await useOf(pid)).cpuSeconds] as const)),
  ]);
  const lateness: Lateness[] = readings.map((reading) => reading.lateness);
  return {
    at: Date.now(),
    world,
    commits,
    temporal,
    postgres,
    lateness,
    cpu: new Map(uses),
    pids: uses.map(([pid]) => pid),
  };
}
