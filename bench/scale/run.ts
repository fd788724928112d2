import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { connectTemporal } from '../../temporal/connection.ts';
import { judged, type Benchmark } from '../benchmark.ts';
import { failOver } from './fail-over.ts';
import { readHistories } from './histories.ts';
import { measure, type PhaseResult } from './phase.ts';
import { readDatabase } from './readings.ts';
import { Rollouts, type Kind } from './rollouts.ts';
import { plotCost } from './plot-cost.ts';
import { phaseTable } from './table.ts';
import { timeToRestore } from './restore.ts';
import { withScaleStack, type BenchWorker, type ScaleStack } from './stack.ts';

const FULL = {
  sizes: [10, 100, 1_000],
  canaries: 100,
  seconds: 25,
  rates: [500],
  batch: '10s',
  window: '5m',
} as const;
const QUICK = { sizes: [20], canaries: 5, seconds: 5, rates: [500], batch: '1s', window: '5s' } as const;

/** What the rollouts of one worker, then two, cost: how late gates judge, memory, queries, and what a killed worker leaves. */
export const run: Benchmark = async ({ quick }) => {
  const size = quick ? QUICK : FULL;
  const most = size.sizes.at(-1) ?? 0;
  return withScaleStack(most + size.canaries, async (stack) => {
    const database = new pg.Client({ connectionString: stack.addresses.database });
    await database.connect();
    const rollouts = await Rollouts.connect(stack.addresses.temporal, size);
    const temporal = await connectTemporal(stack.addresses.temporal);
    try {
      const workers: BenchWorker[] = [await stack.startWorker()];
      const phases: PhaseResult[] = [];
      let requestsPerSecond = 50;
      const phase = async (name: string, during?: () => void | Promise<void>) => {
        const measured = { database, workers: () => workers, rollouts: rollouts.count, seconds: size.seconds };
        phases.push(await measure(name, { stack: { ...stack, requestsPerSecond }, ...measured }, during));
        process.stderr.write(`${phaseTable(phases.slice(-1))}\n`);
      };
      for (const soaks of size.sizes) {
        const began = Date.now();
        const canaries = Math.ceil((size.canaries * soaks) / most);
        await grow(rollouts, stack, 'soak', soaks);
        await grow(rollouts, stack, 'canary', canaries);
        process.stderr.write(`${rollouts.count} rollouts after ${Math.round((Date.now() - began) / 1_000)} s\n`);
        await delay(settling(size.seconds));
        await phase(`${soaks} in soak, ${canaries} in canary`);
      }
      const alone = phases.at(-1) as PhaseResult;
      for (const rate of size.rates) {
        requestsPerSecond = rate;
        await stack.world({ requestsPerSecond });
        await delay(settling(size.seconds));
        await phase(`at ${rate} requests a second`);
      }
      const busy = phases.at(-1) as PhaseResult;
      const restore = await timeToRestore(stack, rollouts);
      const after = quick ? null : await failOver({ stack, rollouts, temporal, workers, gone: restore.gone, phase });
      const histories = after?.histories ?? (await readHistories(temporal, rollouts.all));
      const held = await readDatabase(database);
      const figures = {
        canary_lateness_p99_s: Math.max(alone.canaryP99, busy.canaryP99),
        soak_lateness_p99_s: Math.max(alone.soakP99, busy.soakP99),
        worker_rss_mb: Math.round(Math.max(...phases.map(({ workerRss }) => workerRss))),
        queries_per_gate_minute: alone.queriesPerGateMinute,
        queries_over_traffic: busy.queriesPerGateMinute / alone.queriesPerGateMinute,
        canary_restored_s: restore.canary,
        soak_restored_s: restore.soak,
        ...(after && { taken_over_s: after.seconds, lost_rollouts: after.lost.length }),
        events_per_rollout: mean(histories.map(({ events }) => events)),
        history_kb_per_rollout: mean(histories.map(({ bytes }) => bytes)) / 1_024,
        ledger_rows_per_rollout: held.ledgerRows / histories.length,
        ledger_kb_per_rollout: held.ledgerBytes / 1_024 / histories.length,
        bytes_per_batch: held.batchBytes / held.batchRows,
      };
      process.stdout.write(`\n${phaseTable(phases)}\n`);
      await plotCost(phases.slice(0, size.sizes.length), [
        alone,
        ...phases.filter(({ name }) => name.startsWith('at ')),
      ]);
      if (after?.lost.length) process.stdout.write(`lost: ${after.lost.slice(0, 10).join(', ')}\n`);
      return judged(rounded(figures), {
        canary_lateness_p99_s: 2,
        soak_lateness_p99_s: 30,
        worker_rss_mb: 500,
        queries_over_traffic: 1.2,
        ...(after && { lost_rollouts: 0 }),
      });
    } finally {
      await temporal.close();
      await rollouts.close();
      await database.end();
    }
  });
};

/** Whatever the start of the rollouts left to do, and the whole batches of the new kind. */
function settling(seconds: number): number {
  return Math.min(12_000, seconds * 400);
}

async function grow(rollouts: Rollouts, stack: ScaleStack, kind: Kind, count: number): Promise<void> {
  const weight = kind === 'soak' ? 10_000 : 1_000;
  await rollouts.grow(kind, count, async (endpoints) => {
    const { routes } = await stack.world();
    return endpoints.every((name) => routes[name]?.[1]?.weight === weight);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))]));
}
