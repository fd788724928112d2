import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { describe, expect, test, vi } from 'vitest';
import { begin, ENDPOINT, untilClosed, withBench, type Bench } from '../../bench/support/stack.ts';
import { BenchTraffic } from '../../bench/support/traffic.ts';
import { readRecord } from '../../client/stack/record.ts';
import { withTemporal } from '../../client/temporal.ts';
import { isServerAtHand } from '../../scripts/temporal-server/at-hand.ts';
import { runCli } from '../../scripts/demo/cli.ts';

const MINUTE = 60_000;
const EVERY_MS = 10;
const SLACK = { margin: 5 };

describe('the Temporal server of production, with its state in PostgreSQL', () => {
  test(
    'killed in a canary, it costs no request, and the rollout goes on to its promotion; down and up lose nothing',
    { timeout: 6 * MINUTE },
    async ({ skip }) => {
      skip(!isServerAtHand(), 'no Temporal server is at hand: `npm run temporal-server` brings one');
      await withBench(
        async (bench) => {
          expect(await storeOf(bench)).toBe('postgres12');
          const traffic = new BenchTraffic(`${bench.stack.gateway}/${ENDPOINT}/invocations`, EVERY_MS);
          try {
            await promoteThroughDeath(bench, traffic);
          } finally {
            await traffic.stop();
          }
          expect(traffic.failed).toBe(0);
          await losesNothing(bench);
        },
        { engine: 'postgres' },
      );
    },
  );
});

async function promoteThroughDeath({ stack, rollouts }: Bench, traffic: BenchTraffic): Promise<void> {
  const started = Date.now();
  const runId = await begin(rollouts, {
    version: '2',
    shadow: false,
    soak: false,
    canary: { steps: [25, 50], minDuration: '5s' },
    // Both versions are the same program: what a busy machine does to one of them must not decide.
    gates: { batch: '1s', alpha: 0.001, latency: { p50: SLACK, p95: SLACK, p99: SLACK } },
  });
  await vi.waitFor(() => expect(traffic.since(started, '2').length).toBeGreaterThan(20), MINUTE);
  const { processes } = await readRecord(join(stack.home, 'stack.json'));
  process.kill(processes.temporal?.pid ?? NaN, 'SIGKILL');
  expect(await runCli(['up'], stack.env, { quiet: true })).toBe(0);
  await untilClosed(rollouts, runId);
}

async function losesNothing({ stack }: Bench): Promise<void> {
  const before = await workflows(stack.temporal);
  expect(before.length).toBeGreaterThan(1);
  expect(await runCli(['down'], stack.env, { quiet: true })).toBe(0);
  const env = { ...stack.env, SLIPWAY_ENGINE: undefined };
  expect(await runCli(['up', '--engine', 'dev', '--only', 'temporal'], env, { quiet: true })).toBe(1);
  expect(await runCli(['up', '--only', 'temporal,postgres'], env, { quiet: true })).toBe(0);
  expect(await workflows(stack.temporal)).toEqual(before);
}

async function storeOf({ temporalAddress }: Bench): Promise<string | null | undefined> {
  return withTemporal({ temporal: temporalAddress }, async ({ workflowService }) => {
    const { persistenceStore } = await workflowService.getClusterInfo({});
    return persistenceStore;
  });
}

async function workflows(temporal: string): Promise<string[]> {
  return withTemporal({ temporal }, async (connection) => {
    const found: string[] = [];
    for await (const { runId, status } of new Client({ connection }).workflow.list({
      query: `SlipwayEndpoint = '${ENDPOINT}'`,
    }))
      found.push(`${runId} ${status.name}`);
    return found.sort();
  });
}
