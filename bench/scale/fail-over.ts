import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { readHistories, type RolloutHistory } from './histories.ts';
import type { Rollouts } from './rollouts.ts';
import type { BenchWorker, ScaleStack } from './stack.ts';

/** What became of the rollouts when a worker died. */
export interface FailedOver {
  readonly histories: readonly RolloutHistory[];
  /** From the death of the worker until each rollout had judged a batch sealed after it. */
  readonly seconds: number;
  /** Rollouts that have not, after the longest time. */
  readonly lost: readonly string[];
}

/** Starts a second worker, measures both, and kills the first, which has most of the watches. */
export async function failOver({
  stack,
  rollouts,
  temporal,
  workers,
  gone,
  phase,
}: {
  readonly stack: ScaleStack;
  readonly rollouts: Rollouts;
  readonly temporal: Connection;
  readonly workers: BenchWorker[];
  /** Rollouts that are over. */
  readonly gone: readonly string[];
  readonly phase: (name: string, during?: () => void) => Promise<void>;
}): Promise<FailedOver> {
  workers.push(await stack.startWorker());
  await delay(SETTLING_MS);
  await phase('two workers');
  const { last } = await stack.world();
  const killed = Date.now();
  await phase('the first of them killed', () => workers.shift()?.kill());
  const names = rollouts.all.filter((name) => !gone.includes(name));
  const histories: RolloutHistory[] = [];
  for (let lost = names; ;) {
    const read = await readHistories(temporal, lost);
    const taken = read.filter(({ endpoint, running, judgedUpTo }) => running && judgedUpTo > (last[endpoint] ?? -1));
    histories.push(...taken);
    lost = lost.filter((name) => !taken.some(({ endpoint }) => endpoint === name));
    const seconds = (Date.now() - killed) / 1_000;
    if (lost.length === 0 || seconds > TAKE_OVER_S) return { histories, seconds, lost };
    await delay(1_000);
  }
}

/** What begins anew meanwhile, the soaks' windows as they end, is shared by both. */
const SETTLING_MS = 15_000;

/** A soak's worker counts as dead after 25 s; then its watches begin again from their windows' beginnings. */
const TAKE_OVER_S = 120;
