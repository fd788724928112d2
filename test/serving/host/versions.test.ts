import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PinnedVersion } from '../../../domain/model-version.ts';
import type { VersionStatus } from '../../../domain/serving-contract.ts';
import { groupsWithEnvironment } from '../../../serving/host/process-table.ts';
import { join } from 'node:path';
import { makeModel, programRuntime } from './support/models.ts';
import { OWNER_VARIABLE } from '../../../serving/host/model-server.ts';
import { HASTY, reach, startHost, type RunningHost } from './support/host-fixture.ts';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { until } from '../support/until.ts';
import { wholeRoute } from '../../../domain/route.ts';

let running: RunningHost;
let version: PinnedVersion;

beforeEach(async () => {
  running = await startHost();
  version = await makeModel(running.root, '1');
});

afterEach(() => running.end());

const servers = () => groupsWithEnvironment(OWNER_VARIABLE, running.root);
const status = async () =>
  (await running.ask('GET', `/endpoints/digits/versions/${version.key}`)).body as VersionStatus;

test('a deployed version answers on an address of its own, without traffic', async () => {
  const deployed = await running.deploy(version);
  expect(deployed).toMatchObject({ key: version.key, state: 'ready', predictPath: '/predict', restarts: 0 });
  expect(deployed.memoryBytes).toBeGreaterThan(10_000_000);
  const answer = await running.target.predict(deployed, '{}');
  expect(answer).toMatchObject({ status: 200, body: '{"predictions":["v1"]}' });
  expect(running.dataPlane.shown[0]).toMatchObject({
    route: { arms: [] },
    versions: [{ key: version.key, port: Number(new URL(deployed.address ?? '').port) }],
  });
});

test('asked for many times at once, a version has one server', async () => {
  await Promise.all(Array.from({ length: 5 }, () => running.target.ensureVersion('digits', version, programRuntime())));
  const { pid } = await running.deploy(version);
  expect([...servers()]).toEqual([pid]);
});

test('a model server does not see the secrets of the host', async () => {
  process.env['DATABASE_URL'] = 'postgres://secret';
  const { address } = await running.deploy(version).finally(() => delete process.env['DATABASE_URL']);
  const environment = (await (await fetch(`${address}/environment`)).json()) as Record<string, string>;
  expect(environment).toHaveProperty('PATH');
  expect(environment).not.toHaveProperty('DATABASE_URL');
});

test('content that is not what was pinned is never started', async () => {
  await writeFile(join(version.source, 'answer.txt'), 'another');
  const { detail } = await running.deploy(version, programRuntime(), 'failed');
  expect(detail).toMatch(/the content of .* is sha256:.*, not sha256:.* as pinned/);
  expect(await readdir(join(running.root, 'models'))).toEqual([]);
  expect(servers().size).toBe(0);
});

test('a source that is not there fails with its name, and succeeds once it is and the version is asked for again', async () => {
  const elsewhere = { ...version, source: `${version.source}-moved` };
  expect((await running.deploy(elsewhere, programRuntime(), 'failed')).detail).toContain(
    `no folder ${elsewhere.source}`,
  );
  expect((await running.deploy(version)).state).toBe('ready');
});

test('a relative source is refused, since it would mean another place to the host', async () => {
  const relative = { ...version, source: 'model-1' };
  expect((await running.deploy(relative, programRuntime(), 'failed')).detail).toContain('absolute path');
});

test('a server that never gets ready is given up after three starts, with the end of its log', async () => {
  const failed = await running.deploy(version, programRuntime('crash'), 'failed');
  expect(failed).toMatchObject({ pid: null, address: null, restarts: 2 });
  expect(failed.detail).toMatch(/^the server ended with code 1\n/);
  expect(failed.detail.match(/cannot load the model/g)).toHaveLength(3);
});

test('who polls by asking for a version sees its failure; asked for once more, it is tried again', async () => {
  const ask = () => running.target.ensureVersion('digits', version, programRuntime('crash'));
  await until('the failure', ask, ({ state }) => state === 'failed');
  await writeFile(join(running.root, 'models', version.key, 'mended'), '');
  expect((await ask()).state).not.toBe('failed');
  await reach(running.target, version.key, 'ready');
});

test('a program that does not exist fails at once', async () => {
  const runtime = { ...programRuntime(), kind: 'command' as const, command: ['/no/such/program'], healthPath: '/' };
  const { detail } = await running.deploy(version, { ...runtime, predictPath: '/predict' }, 'failed');
  expect(detail).toContain('cannot start /no/such/program: spawn /no/such/program ENOENT');
});

test('a version that refuses the example its author saved is not ready', async () => {
  const files = {
    MLmodel: 'saved_input_example_info:\n  serving_input_path: example.json\n',
    'example.json': '{"inputs": [[1]]}',
  };
  const picky = await makeModel(running.root, '2', files);
  const { detail } = await running.deploy(picky, programRuntime('refuse', '/invocations'), 'failed');
  expect(detail).toContain('its own input example was answered 400: what is this?');
  const other = await makeModel(running.root, '3', files);
  expect((await running.deploy(other, programRuntime('plain', '/invocations'))).state).toBe('ready');
});

test('a killed server is started again on the same port', async () => {
  const { pid, address } = await running.deploy(version);
  process.kill(pid ?? 0, 'SIGKILL');
  const again = await until('another server', status, (seen) => seen.state === 'ready' && seen.pid !== pid);
  expect(again).toMatchObject({ address, restarts: 1 });
});

test('a server that has been ready once is started again however often it ends', async () => {
  await running.deploy(version);
  for (let restarts = 1; restarts <= 4; restarts++) {
    process.kill((await status()).pid ?? 0, 'SIGKILL');
    await until('the next server', status, (seen) => seen.state === 'ready' && seen.restarts === restarts);
  }
});

test('a server that stops answering is unhealthy, recovers by itself, and keeps its process', async () => {
  const { pid, address } = await running.deploy(version);
  await fetch(`${address}/sick`, { method: 'POST' });
  const sick = await reach(running.target, version.key, 'unhealthy');
  expect(sick).toMatchObject({ pid, detail: 'GET /health answered 503' });
  await fetch(`${address}/well`, { method: 'POST' });
  expect((await reach(running.target, version.key, 'ready')).pid).toBe(pid);
});

test('a server that has not answered for long is started anew', async () => {
  await running.end();
  running = await startHost({ timings: { ...HASTY, hungMs: 300 } });
  version = await makeModel(running.root, '1');
  const { pid, address } = await running.deploy(version);
  await fetch(`${address}/sick`, { method: 'POST' });
  await until('another server', status, (seen) => seen.state === 'ready' && seen.pid !== pid);
});

test('a version in the route cannot be retired; out of it, nothing of it is left', async () => {
  const { pid } = await running.deploy(version, programRuntime('with-child'));
  await running.target.setRoute('digits', { epoch: 1, sequence: 1 }, wholeRoute(version.key), 'full');
  const refused = await running.ask('DELETE', `/endpoints/digits/versions/${version.key}`);
  expect(refused).toMatchObject({ status: 409, body: { error: 'in_use' } });
  expect([...servers()]).toEqual([pid]);

  await running.target.setRoute('digits', { epoch: 1, sequence: 2 }, { arms: [], mirrors: [], sticky: null }, 'none');
  await running.target.retireVersion('digits', version.key);
  expect(servers().size).toBe(0);
  expect(await readdir(join(running.root, 'models'))).toEqual([]);
  expect(running.dataPlane.shown[0]?.versions).toEqual([]);
  expect((await running.target.readEndpoint('digits'))?.versions).toEqual([]);
});

test('a version that is retired and asked for again at the same time ends up served', async () => {
  await running.deploy(version);
  await Promise.all([
    running.target.retireVersion('digits', version.key),
    running.target.ensureVersion('digits', version, programRuntime()),
  ]);
  const { pid } = await reach(running.target, version.key, 'ready');
  expect([...servers()]).toEqual([pid]);
});

test("retiring one endpoint's version keeps the files that another endpoint serves from", async () => {
  await running.deploy(version);
  const settings = (await running.target.readEndpoint('digits'))?.settings;
  if (settings) await running.target.ensureEndpoint('other', settings);
  await running.target.ensureVersion('other', version, programRuntime());
  await running.target.retireVersion('other', version.key);
  expect(await readdir(join(running.root, 'models'))).toEqual([version.key]);
});

test('the next host adopts running servers, starts missing ones, and ends those that nobody wants', async () => {
  const kept = await running.deploy(version);
  const lost = await makeModel(running.root, '2');
  const { pid } = await running.deploy(lost);
  const stray = await running.deploy(await makeModel(running.root, '3'));
  await running.leave();
  process.kill(pid ?? 0, 'SIGKILL');
  const file = join(running.root, 'state', 'digits.json');
  await forgetVersion(file, stray.key);

  running = await startHost({ root: running.root });
  const readings = (await running.target.readEndpoint('digits'))?.versions ?? [];
  expect(readings.find(({ key }) => key === kept.key)).toMatchObject({ pid: kept.pid, state: 'ready', restarts: 0 });
  const again = await reach(running.target, lost.key, 'ready');
  await until('the stray to end', servers, (groups) => !groups.has(stray.pid ?? 0));
  expect([...servers()].sort()).toEqual([kept.pid, again.pid].sort());
  expect((await readdir(join(running.root, 'models'))).sort()).toEqual([kept.key, lost.key].sort());
});

test('shutdown ends every server with its children, and the next host brings them back', async () => {
  const { pid, address } = await running.deploy(version, programRuntime('with-child'));
  await running.host.shutdown();
  expect(servers().size).toBe(0);
  await running.leave();
  running = await startHost({ root: running.root });
  const again = await reach(running.target, version.key, 'ready');
  expect(again.address).toBe(address);
  expect(again.pid).not.toBe(pid);
});

async function forgetVersion(file: string, key: string): Promise<void> {
  const record = JSON.parse(await readFile(file, 'utf8')) as { versions: { key: string }[] };
  record.versions = record.versions.filter((one) => one.key !== key);
  await writeFile(file, JSON.stringify(record));
}
