import { parentPort, workerData } from 'node:worker_threads';
import type { Order, WorkerSetup } from './pool.ts';
import { play } from './play.ts';
import { procedureOf } from '../procedures/all.ts';
import { scenarioOf } from '../scenarios/all.ts';

const { procedures: names, seed, config, windows } = workerData as WorkerSetup;
const procedures = await Promise.all(names.map(procedureOf));

parentPort?.on('message', ({ scenario: name, from, to }: Order) => {
  const scenario = scenarioOf(name);
  const runs = Array.from({ length: to - from }, (_, i) => from + i);
  parentPort?.postMessage(runs.map((run) => play({ scenario, seed, run, config, windows }, procedures)));
});
