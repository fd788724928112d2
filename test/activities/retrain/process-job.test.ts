import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRetrainActivities } from '../../../activities/retrain.ts';
import { endGroup } from '../../../activities/retrain/process-group.ts';
import type { JobBeat, JobDone, TrainModel } from '../../../activities/retrain/job.ts';
import { depsWith } from '../../support/deps.ts';
import { asked, shell } from './support.ts';

let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'slipway-retrain-'))));
afterEach(async () => {
  // What a test that failed has left running must not outlive it.
  const pid = await readFile(fileOf('pid'), 'utf8').catch(() => null);
  if (pid) await endGroup(Number(pid), 0);
  await rm(home, { recursive: true });
});

test('a job runs to its end, and all that it wrote is kept on the worker', async () => {
  const done = await attempt(shell('echo out; echo err >&2')).ended;
  expect(done.log).toBe(fileOf('job.log'));
  expect(await readFile(fileOf('job.log'), 'utf8')).toBe('out\nerr\n');
});

test("a job sees the registry and its mark, and of the worker's own secrets only those it was promised", async () => {
  const env = {
    ...process.env,
    SLIPWAY_HOME: home,
    MLFLOW_TRACKING_URI: 'http://registry',
    DATABASE_URL: 'postgres://secret',
    TEMPORAL_API_KEY: 'secret',
    PGPASSWORD: 'promised',
    WAREHOUSE_URL: 'postgres://secret',
    HOOK_SECRET: 'promised too',
  };
  const job = { env: { EPOCHS: '3' }, passEnv: ['PGPASSWORD', 'HOOK_SECRET'], cwd: home };
  const request = { ...shell('pwd; env', { job }), secrets: ['WAREHOUSE_URL', 'HOOK_SECRET'] };
  await attempt(request, { env }).ended;
  const lines = (await readFile(fileOf('job.log'), 'utf8')).split('\n');
  expect(lines[0]).toMatch(/slipway-retrain-/);
  expect(lines).toContain('MLFLOW_TRACKING_URI=http://registry');
  expect(lines).toContain('MLFLOW_RUN_CONTEXT={"slipway.retrain":"local.digits.1"}');
  expect(lines).toContain('EPOCHS=3');
  expect(lines).toContain('PGPASSWORD=promised');
  expect(lines).toContain('HOOK_SECRET=promised too');
  expect(lines.join()).not.toMatch(/DATABASE_URL|TEMPORAL_|SLIPWAY_HOME|WAREHOUSE_URL/);
});

test.each([
  [
    'ends in error',
    shell('echo epoch 1; echo "out of memory" >&2; exit 3'),
    /ended with code 3\n.*ends with:\nepoch 1\nout of memory/s,
  ],
  ['is no program', asked({ job: { command: ['no-such-trainer'] } }), /ended with code 127\n.*no-such-trainer/s],
  [
    'takes too long',
    shell('echo epoch 1; sleep 60', { timeout: '300ms' }),
    /did not end within 300ms \(retrain.timeout\)/,
  ],
  ['has no folder', shell('true', { job: { cwd: '/no/such/folder' } }), /retrain.job.cwd: the worker has no folder/],
  [
    'wants a missing secret',
    shell('true', { job: { passEnv: ['NOT_SET'] } }),
    /passEnv: the worker has no environment variable NOT_SET/,
  ],
])('a job that %s is not tried again, and says why', async (_, request, message) => {
  await expect(attempt(request).ended).rejects.toMatchObject({ type: 'JobFailed', nonRetryable: true, message });
  await gone();
});

test('cancelling ends the job with everything that it started, however stubborn', async () => {
  const { environment, ended } = attempt(
    shell(`trap 'echo saved; exit 1' TERM; sleep 600 & echo $! > ${home}/child; wait`),
  );
  const child = Number(await vi.waitFor(() => written(join(home, 'child')), WITHIN));
  environment.cancel();
  await expect(ended).rejects.toThrow('CANCELLED');
  expect(isAlive(child)).toBe(false);
  await gone();
  expect(await readFile(fileOf('job.log'), 'utf8')).toBe('saved\n');
});

test('a worker that stops leaves the job running, and the next one waits for its end', async () => {
  const request = shell(`echo begun; while [ ! -e ${home}/go ]; do sleep 0.05; done; echo done`);
  const first = attempt(request);
  await vi.waitFor(() => written(fileOf('job.log')), WITHIN);
  first.environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
  await expect(first.ended).rejects.toThrow('WORKER_SHUTDOWN');
  const next = attempt(request, { before: first.beats.at(-1) });
  await writeFile(join(home, 'go'), '');
  await next.ended;
  expect(await readFile(fileOf('job.log'), 'utf8')).toBe('begun\ndone\n');
});

test('a worker that is killed leaves the job running, and the next one hears how it ended', async () => {
  const request = shell(`echo begun; while [ ! -e ${home}/go ]; do sleep 0.05; done; exit 7`);
  const env = { ...process.env, SLIPWAY_HOME: home };
  const worker = spawn(process.execPath, [join(import.meta.dirname, 'attempt.ts'), JSON.stringify(request)], { env });
  await vi.waitFor(() => written(fileOf('job.log')), WITHIN);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  await writeFile(join(home, 'go'), '');
  await expect(attempt(request).ended).rejects.toThrow('ended with code 7');
  expect(await readFile(fileOf('job.log'), 'utf8')).toBe('begun\n');
});

test('an attempt that was given up as too slow does not end the job that the next one has taken over', async () => {
  const request = shell(`while [ ! -e ${home}/go ]; do sleep 0.05; done`);
  const slow = attempt(request);
  await vi.waitFor(() => written(fileOf('attempt')), WITHIN);
  const next = attempt(request, { number: 2 });
  await vi.waitFor(async () => expect(await written(fileOf('attempt'))).toBe('2'), WITHIN);
  slow.environment.cancel('NOT_FOUND', new ActivityCancellationDetails({ notFound: true }));
  await expect(slow.ended).rejects.toThrow('NOT_FOUND');
  await writeFile(join(home, 'go'), '');
  await next.ended;
});

test('the job of a retraining that was terminated by force is ended', async () => {
  const { environment, ended } = attempt(shell('sleep 600'));
  await vi.waitFor(() => written(fileOf('attempt')), WITHIN);
  environment.cancel('NOT_FOUND', new ActivityCancellationDetails({ notFound: true }));
  await expect(ended).rejects.toThrow('NOT_FOUND');
  await gone();
});

test('a job that was lost with its machine is begun once more, and then given up', async () => {
  const lost = async () => {
    await mkdir(join(fileOf('pid'), '..'), { recursive: true });
    await rm(fileOf('exit'), { force: true });
    await writeFile(fileOf('pid'), String(process.pid));
  };
  const before: JobBeat = { starts: 1, begun: 0, state: 'runs' };
  await lost();
  await attempt(shell('echo again'), { before }).ended;
  expect(await readFile(fileOf('job.log'), 'utf8')).toBe('again\n');
  await lost();
  const third = attempt(shell('echo again'), { before: { ...before, starts: 2 } });
  await expect(third.ended).rejects.toMatchObject({ type: 'JobFailed', message: /begun 2 times and lost each time/ });
});

const WITHIN = { timeout: 10_000, interval: 20 };

function fileOf(name: string): string {
  return join(home, 'retrain', 'local.digits.1', name);
}

/** One attempt of the activity, as Temporal makes it. */
function attempt(
  request: TrainModel,
  {
    before,
    number = 1,
    env = { ...process.env, SLIPWAY_HOME: home },
  }: { before?: unknown; number?: number; env?: NodeJS.ProcessEnv } = {},
) {
  const environment = new MockActivityEnvironment({ attempt: number, heartbeatDetails: before });
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => void beats.push(details));
  const { trainModel } = createRetrainActivities(depsWith({ env }));
  const ended: Promise<JobDone> = environment.run(trainModel, request);
  return { environment, beats, ended };
}

async function written(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  expect(text).not.toBe('');
  return text;
}

/** No member of the job's process group is left. */
async function gone(): Promise<void> {
  if (!existsSync(fileOf('pid'))) return;
  const pid = Number(await readFile(fileOf('pid'), 'utf8'));
  await vi.waitFor(() => expect(isAlive(-pid)).toBe(false), WITHIN);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
