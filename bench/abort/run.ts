import { judged, quantile, type Benchmark } from '../benchmark.ts';
import { ENDPOINT, withBench, type Bench } from '../support/stack.ts';
import { BenchTraffic } from '../support/traffic.ts';
import { intoCanary, lastRequest, sendAbort, signalledAt, untilAborted } from './brake.ts';
import { startLoadTarget, type LoadTarget } from './load.ts';
import { abortUnderLoad, type Loaded } from './loaded.ts';
import { abortOverRestart } from './restart.ts';

/** 200 requests a second: a resolution of 5 ms. */
const EVERY_MS = 5;
const FULL = { live: 30, restarts: 5, aborts: 6, builds: 100, gates: 200 };
const QUICK = { live: 4, restarts: 1, aborts: 2, builds: 8, gates: 16 };

/**
 * From the abort signal, sent by Temporal's own CLI in a canary, to the last request that the candidate was given: with a
 * worker up, from the start of one where none was, and with queues full of builds and watched gates.
 */
export const run: Benchmark = async ({ quick }) => {
  const sizes = quick ? QUICK : FULL;
  const load = await startLoadTarget();
  // Where the worker that `slipway up` starts looks for slipway.yaml.
  process.chdir(load.folder);
  try {
    return await withBench((bench) => measure(bench, load, sizes));
  } finally {
    process.chdir(import.meta.dirname);
    await load.close();
  }
};

async function measure(bench: Bench, load: LoadTarget, sizes: typeof FULL): ReturnType<Benchmark> {
  const traffic = new BenchTraffic(`${bench.stack.gateway}/${ENDPOINT}/invocations`, EVERY_MS);
  const live: number[] = [];
  const restarts: number[] = [];
  try {
    await repeat(sizes.live, live, 'after the signal', () => abortLive(bench, traffic));
    await repeat(sizes.restarts, restarts, "after the worker's start", () => abortOverRestart(bench, traffic));
  } finally {
    await traffic.stop();
  }
  const loaded = await abortUnderLoad(bench, load, sizes);
  print(live, restarts, loaded, sizes);
  const figures = {
    ...quantiles('', live),
    ...quantiles('restart_', restarts),
    ...quantiles('loaded_', loaded.delays),
    failed_requests: traffic.failed + loaded.failed,
  };
  return judged(figures, {
    ...{ median_ms: 500, p99_ms: 1_000 },
    restart_max_ms: 5_000,
    ...{ loaded_median_ms: 500, loaded_p99_ms: 1_000 },
    failed_requests: 0,
  });
}

async function abortLive(bench: Bench, traffic: BenchTraffic): Promise<number> {
  const started = await intoCanary(bench, traffic);
  const runId = await sendAbort(bench);
  await untilAborted(bench);
  return Math.max(0, lastRequest(traffic, started) - (await signalledAt(bench, ENDPOINT, runId)));
}

async function repeat(times: number, delays: number[], since: string, trial: () => Promise<number>): Promise<void> {
  while (delays.length < times) {
    delays.push(await trial());
    process.stdout.write(
      `  abort ${delays.length}/${times}: last request of the candidate ${delays.at(-1)} ms ${since}\n`,
    );
  }
}

function quantiles(prefix: string, delays: readonly number[]): Record<string, number> {
  return {
    [`${prefix}median_ms`]: quantile(delays, 0.5),
    [`${prefix}p99_ms`]: quantile(delays, 0.99),
    [`${prefix}max_ms`]: Math.max(...delays),
  };
}

function print(live: number[], restarts: number[], { delays }: Loaded, { builds, gates }: typeof FULL): void {
  const rows: [string, readonly number[]][] = [
    ['from the signal, with a worker up', live],
    ['from the start of a worker, the signal sent before', restarts],
    [`from the signal, ${builds} builds queued and ${gates} gates watched`, delays],
  ];
  const lines = rows.map(
    ([what, of]) =>
      `  ${what.padEnd(60)} n=${of.length}  median ${quantile(of, 0.5)} ms, p99 ${quantile(of, 0.99)} ms, max ${Math.max(...of)} ms\n`,
  );
  process.stdout.write(`\n${lines.join('')}`);
}
