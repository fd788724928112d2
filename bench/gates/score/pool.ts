import { Worker } from 'node:worker_threads';
import type { JudgeConfig } from '../../../gates/session/protocol.ts';
import type { Outcome } from './play.ts';

/** What every worker is told once. */
export interface WorkerSetup {
  readonly procedures: readonly string[];
  readonly seed: number;
  readonly config: JudgeConfig;
  /** Calibration windows before each run. */
  readonly windows: number;
}

/** Runs `from` to before `to` of one scenario. */
export interface Order {
  readonly scenario: string;
  readonly from: number;
  readonly to: number;
}

/** Outcomes by scenario, then by procedure, in the order of runs. */
export type Outcomes = ReadonlyMap<string, ReadonlyMap<string, readonly Outcome[]>>;

export interface Study extends WorkerSetup {
  readonly scenarios: readonly string[];
  readonly runs: number;
  readonly threads: number;
  /** Called when a scenario is complete. */
  readonly onScenario?: (scenario: string, byProcedure: ReadonlyMap<string, readonly Outcome[]>) => void;
}

const RUNS_AN_ORDER = 10;

/** Plays every scenario `runs` times on several threads; the same study gives the same outcomes, whatever the threads. */
export async function playAll(study: Study): Promise<Outcomes> {
  const orders = study.scenarios.flatMap((scenario) => split(scenario, study.runs));
  const done = new Map<string, Outcome[][]>();
  const results = new Map<string, ReadonlyMap<string, readonly Outcome[]>>();
  const store = ({ scenario, from }: Order, outcomes: Outcome[][]) => {
    const runs = done.get(scenario) ?? [];
    done.set(scenario, runs);
    outcomes.forEach((each, i) => (runs[from + i] = each));
    if (Object.keys(runs).length < study.runs) return;
    const by = new Map(study.procedures.map((name, i) => [name, runs.flatMap((run) => run[i] ?? [])]));
    results.set(scenario, by);
    study.onScenario?.(scenario, by);
  };
  const threads = Math.max(1, Math.min(study.threads, orders.length));
  await Promise.all(Array.from({ length: threads }, () => workThrough(orders, study, store)));
  return new Map(study.scenarios.map((name) => [name, results.get(name) ?? new Map()]));
}

function split(scenario: string, runs: number): Order[] {
  const orders: Order[] = [];
  for (let from = 0; from < runs; from += RUNS_AN_ORDER)
    orders.push({ scenario, from, to: Math.min(runs, from + RUNS_AN_ORDER) });
  return orders;
}

/** One worker takes orders from the common list until none is left. */
async function workThrough(
  orders: Order[],
  { procedures, seed, config, windows }: WorkerSetup,
  store: (order: Order, outcomes: Outcome[][]) => void,
): Promise<void> {
  const setup: WorkerSetup = { procedures, seed, config, windows };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: setup });
  try {
    for (let order = orders.shift(); order; order = orders.shift()) {
      const { promise, resolve, reject } = Promise.withResolvers<Outcome[][]>();
      worker.once('message', resolve).once('error', reject);
      worker.postMessage(order);
      store(order, await promise);
      worker.removeAllListeners('error');
    }
  } finally {
    await worker.terminate();
  }
}
