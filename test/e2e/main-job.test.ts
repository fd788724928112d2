import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parseDocument } from 'yaml';
import { RolloutClient } from '../../client/rollout-client.ts';
import { readRecord } from '../../client/stack/record.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import type { EndpointStatus } from '../../domain/serving-contract.ts';
import { Traffic } from '../../examples/digits/traffic.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { askCli, runCli } from '../../scripts/demo/cli.ts';
import { findStack, type DemoStack } from '../../scripts/demo/stack.ts';
import { TEMPORAL_BIN } from '../support/temporal.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PLACE = { target: 'local', endpoint: 'digits' };
const WORKFLOW = 'rollout.local.digits';

let home: string;
let env: NodeJS.ProcessEnv;
let stack: DemoStack;
let rollouts: RolloutClient;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-e2e-'));
  env = { ...process.env, SLIPWAY_HOME: home, SLIPWAY_DEMO_HOME: home };
});

afterAll(async () => {
  await rollouts?.close();
  await runCli(['down'], env, { quiet: true });
  await rm(home, { recursive: true, force: true });
});

test('the demo: a good version is promoted, two bad ones are stopped by the evidence, and no client request fails', async () => {
  const { code, output } = await run(process.execPath, [join(ROOT, 'scripts/demo.ts'), '--keep']);
  expect(output).not.toContain('✗ version');
  expect(code, output).toBe(0);
  stack = await findStack(env);
  rollouts = await RolloutClient.connect(stack.temporal);
});

test('the page of an endpoint has all that the demo left behind', async () => {
  const file = join(home, 'digits.html');
  expect(await runCli(['status', 'digits', '--html', file], env, { quiet: true })).toBe(0);
  const page = (await readFile(file, 'utf8')).replaceAll(/\s+/g, ' ');
  const said = ['Version 2 of digits serves all live traffic', 'Requests a minute', '<dt>Accuracy</dt>', 'every 5m'];
  expect(said.filter((text) => !page.includes(text))).toEqual([]);
  expect(page.match(/Not known[^<]*/)).toBeNull();
  expect(page.match(/class="state bad">rolled back/g)).toHaveLength(2);
  expect(page.match(/class="state good">promoted/g)).toHaveLength(2);
  expect(page.match(/href="http[^"]*\/workflows\/rollout\.local\.digits\/[0-9a-f-]{36}"/g)).toHaveLength(4);
});

test("an abort signal without input, sent by Temporal's own CLI, takes a canary's traffic to zero", async () => {
  await inCanary(async () => {
    await promisify(execFile)(TEMPORAL_BIN, [
      'workflow',
      'signal',
      '--workflow-id',
      WORKFLOW,
      '--name',
      'abort',
      '--address',
      stack.temporal,
    ]);
    expect(await closing()).toMatchObject({ kind: 'outcome', outcome: 'aborted' });
    const { route } = await endpoint();
    expect(route.programmed?.route.arms).toEqual([
      { version: expect.stringMatching(/^v2-/) as string, weight: 10_000 },
    ]);
  });
});

test('a worker killed in a canary costs no request, and the rollout goes on with the next worker', async () => {
  await inCanary(async () => {
    const { processes } = await readRecord(join(home, 'stack.json'));
    process.kill(processes.worker?.pid ?? NaN, 'SIGKILL');
    expect(await runCli(['up'], env, { quiet: true })).toBe(0);
    await rollouts.abort(PLACE, { by: 'test' });
    expect(await closing()).toMatchObject({ outcome: 'aborted' });
  });
});

test('down and up again lose nothing: route, registry, ledger and histories are as they were', async () => {
  const before = await memory();
  expect(await runCli(['down'], env, { quiet: true })).toBe(0);
  expect(await runCli(['up'], env, { quiet: true })).toBe(0);
  await vi.waitFor(async () => expect(await memory()).toEqual(before), { timeout: 60_000, interval: 500 });
  expect(before.champion).toBe('2');
  expect(before.ledger.length).toBeGreaterThan(20);
});

/** Version 3 on half of the live traffic, under a canary that decides nothing by itself. */
async function inCanary(story: () => Promise<void>): Promise<void> {
  const spec = parseDocument(await readFile(join(home, 'digits/rollout.yaml'), 'utf8'));
  spec.set('shadow', false);
  spec.set('canary', { steps: [50], minDuration: '1h', maxDuration: '2h' });
  spec.setIn(['gates', 'minRequests'], 1_000_000);
  // The version is wrong on faint scans: only what clients see as a failure counts here.
  spec.deleteIn(['gates', 'accuracy']);
  const file = join(home, 'canary.yaml');
  await writeFile(file, spec.toString());
  const traffic = await Traffic.start({ gateway: stack.gateway, rowsFile: join(home, 'digits/live.jsonl'), rate: 20 });
  try {
    expect(await runCli(['start', '-f', file, '--version', '3'], env, { quiet: true })).toBe(0);
    await vi.waitFor(() => expect(answers(traffic, 'v3-')).toBeGreaterThan(10), { timeout: 60_000, interval: 100 });
    await story();
  } finally {
    const { failures } = await traffic.stop();
    expect(failures).toEqual({});
  }
}

function answers(traffic: Traffic, prefix: string): number {
  return Object.entries(traffic.stats().versions).reduce(
    (sum, [key, { answered }]) => sum + (key.startsWith(prefix) ? answered : 0),
    0,
  );
}

async function closing() {
  for await (const { close } of rollouts.follow(PLACE)) if (close) return close;
  throw new Error('the rollout was not found');
}

async function memory() {
  const ledger = await askCli<LedgerEntry[]>(['history', 'digits'], env);
  const listed = await askCli<{ runId: string }[]>(['list'], env);
  const champion = await new MlflowClient({ trackingUri: stack.mlflow }).modelVersions.getByAlias('digits', 'champion');
  const { route } = await endpoint();
  return { ledger, runs: listed.map(({ runId }) => runId), champion: champion.version, route: route.programmed };
}

async function endpoint(): Promise<EndpointStatus> {
  const answer = await fetch(`${stack.serving}/endpoints/digits`, {
    headers: { authorization: `Bearer ${stack.token}` },
  });
  return (await answer.json()) as EndpointStatus;
}

async function run(file: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, output };
}
