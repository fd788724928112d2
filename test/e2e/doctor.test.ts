import { Client, type Connection } from '@temporalio/client';
import { expect, test, vi } from 'vitest';
import { begin, ENDPOINT, withBench, type Bench } from '../../bench/support/stack.ts';
import { BenchTraffic } from '../../bench/support/traffic.ts';
import type { DoctorReport } from '../../client/doctor/report.ts';
import { connectTemporal } from '../../client/temporal.ts';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import type { EndpointStatus } from '../../domain/serving-contract.ts';
import { weightOf } from '../../domain/route.ts';
import { askCli, runCli } from '../../scripts/demo/cli.ts';

/** The schedule begins a round every minute. */
const ROUND = { timeout: 150_000, interval: 500 };
const MINUTES = 10 * 60_000;

test(
  'what was terminated by force, and what was rolled back with Temporal and PostgreSQL down, ends in agreement by itself',
  async () => {
    await withBench(async (bench) => {
      const traffic = new BenchTraffic(`${bench.stack.gateway}/${ENDPOINT}/invocations`, 20);
      try {
        expect(await doctor(bench)).toMatchObject({ endpoints: 1, findings: [] });

        await intoCanary(bench);
        await withClient(bench, (client) =>
          client.workflow.getHandle(rolloutWorkflowId('local', ENDPOINT)).terminate('in a hurry'),
        );
        expect((await doctor(bench)).findings).toEqual([
          expect.objectContaining({ invariant: 3, code: 'DeadWithTraffic', repair: 'rollback' }),
        ]);
        await vi.waitFor(async () => expect(await weightOfCandidate(bench)).toBe(0), ROUND);
        await vi.waitFor(async () => expect((await doctor(bench)).findings).toEqual([]), ROUND);

        await intoCanary(bench);
        await slipway(bench, 'down', '--only', 'temporal,postgres');
        await slipway(bench, 'rollback', ENDPOINT, '--now', '--by', 'ada', '--reason', 'both are down');
        expect(await weightOfCandidate(bench)).toBe(0);
        await slipway(bench, 'up');
        await vi.waitFor(async () => expect((await doctor(bench)).findings).toEqual([]), ROUND);
        const rows = await history(bench);
        expect(rows).toContainEqual(
          expect.objectContaining({
            reason: 'RolledBackByHand',
            actor: expect.objectContaining({ name: 'ada' }) as unknown,
          }),
        );
        expect(rows.at(-1)).toMatchObject({ reason: 'Reconciled' });
      } finally {
        await traffic.stop();
      }
      expect(traffic.failed).toBe(0);
      expect(traffic.answered.length).toBeGreaterThan(1_000);
    });
  },
  MINUTES,
);

async function doctor({ stack }: Bench): Promise<DoctorReport> {
  return askCli<DoctorReport>(['doctor'], stack.env);
}

async function slipway({ stack }: Bench, ...args: string[]): Promise<void> {
  expect(await runCli(args, stack.env)).toBe(0);
}

async function history({ stack }: Bench): Promise<{ reason: string; actor: { name: string } }[]> {
  return askCli(['history', ENDPOINT, '--limit', '200'], stack.env);
}

/** Half of the traffic on version 2, and nothing decides about it for an hour. */
async function intoCanary(bench: Bench): Promise<void> {
  const canary = { steps: [50], minDuration: '1h', maxDuration: '2h' } as const;
  await begin(bench.rollouts, { version: '2', shadow: false, soak: false, canary: { ...canary, steps: [50] } });
  await vi.waitFor(async () => expect(await weightOfCandidate(bench)).toBe(5_000), { timeout: 90_000, interval: 200 });
}

async function weightOfCandidate({ stack }: Bench): Promise<number> {
  const answer = await fetch(`${stack.serving}/endpoints/${ENDPOINT}`, {
    headers: { authorization: `Bearer ${stack.token}` },
  });
  const { route, versions } = (await answer.json()) as EndpointStatus;
  const candidate = versions.find(({ key }) => key.startsWith('v2-'))?.key ?? '';
  return weightOf(route.programmed?.route ?? { arms: [], mirrors: [], sticky: null }, candidate);
}

async function withClient<T>({ temporalAddress }: Bench, work: (client: Client) => Promise<T>): Promise<T> {
  const connection: Connection = await connectTemporal(temporalAddress);
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
