import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ENDPOINT, register } from '../../bench/support/stack.ts';
import { BenchTraffic } from '../../bench/support/traffic.ts';
import { readRecord } from '../../client/stack/record.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { askCli, runCli } from '../../scripts/demo/cli.ts';
import { findStack } from '../../scripts/demo/stack.ts';
import { checkOut, previousCommit } from '../support/previous-checkout.ts';

const MODEL_SERVER = resolve(import.meta.dirname, '../../bench/support/model-server.ts');
/** Enough for the soak's gate, and little work. */
const EVERY_MS = 20;

let home: string;
let before: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-upgrade-'));
  before = join(home, 'checkout');
  await mkdir(before);
  env = { ...process.env, SLIPWAY_HOME: join(home, 'state') };
});

afterAll(async () => {
  await runCli(['down'], env, { quiet: true });
  await rm(home, { recursive: true, force: true });
});

test('a rollout that the previous commit began is finished by this one, and the upgrade costs no request', async ({
  skip,
}) => {
  const commit = await previousCommit();
  if (commit === null) return skip('this checkout has no earlier commit: it is an archive, or a shallow clone');
  await checkOut(commit, before);

  expect(await earlier('up')).toBe(0);
  const stack = await findStack(env);
  await register(stack.mlflow);
  const first = await specFile('first', { shadow: false, soak: false });
  expect(await earlier('start', '-f', first, '--version', '1', '--wait')).toBe(0);
  const traffic = new BenchTraffic(`${stack.gateway}/${ENDPOINT}/invocations`, EVERY_MS);
  try {
    const began = Date.now();
    const second = await specFile('second', {
      shadow: false,
      canary: { steps: [50], minDuration: '1h', maxDuration: '2h' },
      soak: { duration: '10s', window: '5s' },
    });
    expect(await earlier('start', '-f', second, '--version', '2')).toBe(0);
    await vi.waitFor(() => expect(traffic.since(began, '2').length).toBeGreaterThan(10), { timeout: 60_000 });
    const worker = await workerPid();

    // Migrates the database under the old worker, then puts this commit's processes in the place of the old ones.
    expect(await runCli(['up'], env)).toBe(0);
    expect(await workerPid()).not.toBe(worker);
    expect(await runCli(['promote', ENDPOINT], env, { quiet: true })).toBe(0);
    expect(await runCli(['get', ENDPOINT, '--wait'], env)).toBe(0);
  } finally {
    await traffic.stop();
  }
  expect(traffic.failed).toBe(0);
  const mlflow = new MlflowClient({ trackingUri: stack.mlflow });
  expect((await mlflow.modelVersions.getByAlias('bench', 'champion')).version).toBe('2');
  const ledger = await askCli<LedgerEntry[]>(['history', ENDPOINT], env);
  const last = ledger.filter(({ rolloutId }) => rolloutId === ledger.at(-1)?.rolloutId);
  expect(last.map(({ rolloutSequence }) => rolloutSequence)).toEqual(last.map((_, at) => at + 1));
  expect(last.at(-1)).toMatchObject({ reason: 'Promoted' });
});

/** Runs the previous commit's `slipway`. */
function earlier(...args: string[]): Promise<number | null> {
  const child = spawn(process.execPath, [join(before, 'client/cli.ts'), ...args], { env, stdio: 'inherit' });
  return new Promise((done) => child.on('close', done));
}

async function specFile(name: string, spec: Partial<RolloutSpec>): Promise<string> {
  const file = join(home, `${name}.yaml`);
  const command = [process.execPath, MODEL_SERVER, '{port}'];
  const runtime = { kind: 'command', command, healthPath: '/', predictPath: '/invocations' } as const;
  await writeFile(file, JSON.stringify({ endpoint: ENDPOINT, model: 'bench', runtime, ...spec }));
  return file;
}

async function workerPid(): Promise<number | undefined> {
  return (await readRecord(join(home, 'state', 'stack.json'))).processes.worker?.pid;
}
