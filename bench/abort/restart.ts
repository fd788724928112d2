import { pathsUnder } from '../../client/stack/paths.ts';
import { readRecord } from '../../client/stack/record.ts';
import { runCli } from '../../scripts/demo/cli.ts';
import { ENDPOINT, type Bench } from '../support/stack.ts';
import type { BenchTraffic } from '../support/traffic.ts';
import { intoCanary, lastRequest, sendAbort, untilAborted } from './brake.ts';

/**
 * The worker is killed in a canary, the abort is sent while none is up, then one is started: milliseconds from the start of
 * its process to the candidate's last request.
 */
export async function abortOverRestart(bench: Bench, traffic: BenchTraffic): Promise<number> {
  const started = await intoCanary(bench, traffic);
  process.kill(await workerOf(bench), 'SIGKILL');
  await sendAbort(bench, ENDPOINT);
  if ((await runCli(['up'], bench.stack.env, { quiet: true })) !== 0) throw new Error('the worker did not come back');
  const { processes } = await readRecord(pathsUnder(bench.stack.home).record);
  const since = Date.parse(processes.worker?.since ?? '');
  await untilAborted(bench);
  return lastRequest(traffic, started) - since;
}

async function workerOf({ stack }: Bench): Promise<number> {
  const { processes } = await readRecord(pathsUnder(stack.home).record);
  if (!processes.worker) throw new Error('the stack has no worker');
  return processes.worker.pid;
}
