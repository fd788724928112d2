import { readAddresses } from '../../client/stack/context.ts';
import { BatchWriter } from '../scale/batch-writer.ts';
import { begin, type Bench } from '../support/stack.ts';
import { BenchTraffic } from '../support/traffic.ts';
import { intoCanary, lastRequest, sendAbort, signalledAt, untilAborted } from './brake.ts';
import { LOAD_TARGET, putLoad, type LoadTarget } from './load.ts';

/** 50 requests a second to each endpoint: a resolution of 20 ms. */
const EVERY_MS = 20;

export interface Loaded {
  readonly delays: readonly number[];
  readonly failed: number;
}

/**
 * Brings rollouts into their canary on endpoints of their own, fills the queues with builds and watched gates whose batches
 * keep coming, then aborts one rollout after the other: milliseconds from each signal to its candidate's last request.
 */
export async function abortUnderLoad(
  bench: Bench,
  load: LoadTarget,
  { aborts, builds, gates }: { aborts: number; builds: number; gates: number },
): Promise<Loaded> {
  const endpoints = Array.from({ length: aborts }, (_, index) => `bench-${index}`);
  const { database } = await readAddresses({ home: bench.stack.home, env: bench.stack.env });
  const stopBatches = writeBatches(database, load);
  const canaries: Canary[] = [];
  try {
    for (const endpoint of endpoints) canaries.push(await bringIn(bench, endpoint));
    await putLoad(bench, load.host, builds, gates);
    const delays: number[] = [];
    for (const { endpoint, traffic, started } of canaries) {
      const runId = await sendAbort(bench, endpoint);
      await untilAborted(bench, endpoint);
      delays.push(Math.max(0, lastRequest(traffic, started) - (await signalledAt(bench, endpoint, runId))));
      process.stdout.write(
        `  abort ${delays.length}/${aborts} with ${builds} builds queued and ${gates} gates watched: ${delays.at(-1)} ms\n`,
      );
    }
    return { delays, failed: canaries.reduce((sum, { traffic }) => sum + traffic.failed, 0) };
  } finally {
    await stopBatches();
    await Promise.all(canaries.map(({ traffic }) => traffic.stop()));
  }
}

interface Canary {
  readonly endpoint: string;
  readonly traffic: BenchTraffic;
  readonly started: number;
}

/** An endpoint with live traffic, half of it on the candidate. */
async function bringIn(bench: Bench, endpoint: string): Promise<Canary> {
  await begin(bench.rollouts, { endpoint, version: '1', soak: false });
  for await (const { close } of bench.rollouts.follow({ target: 'local', endpoint }))
    if (close && !(close.kind === 'outcome' && close.outcome === 'promoted'))
      throw new Error(`${endpoint} has no stable version: ${JSON.stringify(close)}`);
  const traffic = new BenchTraffic(`${bench.stack.gateway}/${endpoint}/invocations`, EVERY_MS);
  return { endpoint, traffic, started: await intoCanary(bench, traffic, endpoint) };
}

/** Does for the load's endpoints what capture does for real ones. */
function writeBatches(database: string, { host }: LoadTarget): () => Promise<void> {
  const writer = new BatchWriter(database, LOAD_TARGET);
  host.onRoute = (before) => writer.routeChanges(before);
  const timer = setInterval(() => writer.tick(host.endpoints.values()), 100);
  return () => {
    clearInterval(timer);
    return writer.close();
  };
}
