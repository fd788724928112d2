import { afterEach, beforeEach, expect, test } from 'vitest';
import { HostProcess } from './support/host-process.ts';
import type { HostHealth, VersionStatus } from '../../../domain/serving-contract.ts';
import { makeModel, programRuntime } from './support/models.ts';
import { reach, SETTINGS } from './support/host-fixture.ts';
import type { ServingTarget } from '../../../activities/targets/target.ts';
import { splitRoute, wholeRoute } from '../../../domain/route.ts';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLoad } from '../support/post.ts';
import { startOf } from '../../../serving/host/process-table.ts';
import { until } from '../support/until.ts';
import type { PinnedVersion } from '../../../domain/model-version.ts';

let host: HostProcess;
let target: ServingTarget;
let stable: PinnedVersion;
let candidate: PinnedVersion;
let servers: VersionStatus[];
let url: string;

/** Half of the traffic on each of two versions. */
beforeEach(async () => {
  host = await HostProcess.create();
  target = await host.start();
  stable = await makeModel(host.home, '1');
  candidate = await makeModel(host.home, '2');
  await target.ensureEndpoint('digits', SETTINGS);
  for (const version of [stable, candidate])
    await target.ensureVersion('digits', version, programRuntime('with-child'));
  servers = [await reach(target, stable.key, 'ready'), await reach(target, candidate.key, 'ready')];
  await target.setRoute('digits', { epoch: 1, sequence: 1 }, splitRoute(stable.key, candidate.key, 5_000), 'half');
  url = `${(await target.readEndpoint('digits'))?.url}/predict`;
});

afterEach(() => host.end());

const pids = (versions: readonly VersionStatus[] | undefined) => versions?.map(({ pid }) => pid).sort();

async function health(): Promise<HostHealth> {
  const { url: api } = await host.announcement();
  return (await (await fetch(`${api}/healthz`)).json()) as HostHealth;
}

test('a host killed by force and started again costs not one prediction and not one process', async () => {
  const before = (await health()).parts;
  const load = startLoad(url);
  await host.kill('SIGKILL');
  target = await host.start();
  const reading = await target.readEndpoint('digits');
  const answers = await load.end();

  expect(answers.length).toBeGreaterThan(50);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  const seen = new Set(answers.map(({ text }) => text));
  expect(seen).toEqual(new Set(['{"predictions":["v1"]}', '{"predictions":["v2"]}']));
  expect(pids(reading?.versions)).toEqual(pids(servers));
  expect(reading?.versions.map(({ state, restarts }) => [state, restarts])).toEqual([
    ['ready', 0],
    ['ready', 0],
  ]);
  expect(reading?.route.programmed?.fence).toEqual({ epoch: 1, sequence: 1 });
  expect((await health()).parts.envoy).toEqual(before.envoy);
});

test('told to end, the host ends alone', async () => {
  const { pid, startTime } = await host.announcement();
  expect(await startOf(pid)).toBe(startTime);
  expect(await host.kill('SIGTERM')).toMatchObject({ code: 0 });
  await expect(host.announcement()).rejects.toThrow('ENOENT');
  const load = startLoad(url);
  target = await host.start();
  expect((await load.end()).every(({ status }) => status === 200)).toBe(true);
  expect(pids((await target.readEndpoint('digits'))?.versions)).toEqual(pids(servers));
});

test('a second host on one folder ends with one sentence and disturbs nothing', async () => {
  const { pid, url: api } = await host.announcement();
  const { code, output } = await host.run('--port', '1');
  expect(code).toBe(1);
  expect(output).toBe(
    `another serving host (process ${pid}, ${api}) has the folder ${host.root}; stop it, or choose another SLIPWAY_HOME\n`,
  );
  expect((await health()).pid).toBe(pid);
});

test('shutdown ends the host and everything that it started', async () => {
  const envoy = Number(/\d+/.exec((await health()).parts.envoy.detail)?.[0]);
  expect(await startOf(envoy)).not.toBeNull();
  expect(await host.run('--shutdown')).toMatchObject({ code: 0 });
  expect(await startOf(envoy)).toBeNull();
  expect(host.servers().size).toBe(0);
  await expect(host.announcement()).rejects.toThrow('ENOENT');
});

test('what a killed host left behind can be shut down without one', async () => {
  const envoy = Number(/\d+/.exec((await health()).parts.envoy.detail)?.[0]);
  await host.kill('SIGKILL');
  expect(host.servers().size).toBe(2);
  expect(await host.run('--shutdown')).toMatchObject({ code: 0 });
  expect(await startOf(envoy)).toBeNull();
  expect(host.servers().size).toBe(0);
});

test('after a shutdown everything comes back as it was', async () => {
  await target.setRoute('digits', { epoch: 2, sequence: 1 }, wholeRoute(candidate.key), 'full');
  await host.run('--shutdown');
  target = await host.start();
  await reach(target, candidate.key, 'ready');
  const answer = async () => (await fetch(url, { method: 'POST', body: '{}' })).text();
  expect(await until('an answer', answer, (text) => text.startsWith('{'))).toBe('{"predictions":["v2"]}');
});

test('a killed model server costs no prediction while its version has a fallback, and comes back', async () => {
  const load = startLoad(url);
  const doomed = servers[1];
  process.kill(doomed?.pid ?? 0, 'SIGKILL');
  const again = await until(
    'the next server',
    async () => (await target.readEndpoint('digits'))?.versions.find(({ key }) => key === candidate.key),
    (seen) => seen?.state === 'ready' && seen.pid !== doomed?.pid,
  );
  expect((await load.end()).filter(({ status }) => status !== 200)).toEqual([]);
  expect(again).toMatchObject({ restarts: 1, address: doomed?.address });
});

test('a stored state that cannot be read stops the host before it could forget an endpoint', async () => {
  await host.kill('SIGKILL');
  const file = join(host.root, 'state', 'digits.json');
  const stored = await readFile(file);
  await writeFile(file, '{');
  const { code, output } = await host.run();
  expect(code).toBe(1);
  expect(output).toMatch(/^the stored state .*digits\.json cannot be read .*; restore it, or remove it/);
  expect(host.servers().size).toBe(2);
  await writeFile(file, stored);
});

test('the token is for its owner alone and stays the same', async () => {
  const file = join(host.root, 'token');
  const { mode, mtimeMs } = await stat(file);
  expect(mode & 0o777).toBe(0o600);
  await host.kill('SIGKILL');
  await host.start();
  expect((await stat(file)).mtimeMs).toBe(mtimeMs);
});
