import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { CELLS, COMPONENTS, FAULTS, mustFail, PATHS, senseless } from '../../bench/faults/real/matrix.ts';
import { gone, signalAll, slowed, stopped, treeOf } from '../../bench/faults/real/processes.ts';
import { startProxy, type Proxy } from '../../bench/faults/real/proxy.ts';

const MODEL_SERVER = join(resolve(import.meta.dirname, '../..'), 'bench/faults/real/model-server.ts');

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

test('every part and every fault is in the matrix, or left out for a reason that is told', () => {
  const all = COMPONENTS.flatMap((component) => FAULTS.map((fault) => ({ component, fault })));
  expect(all).toHaveLength(54);
  expect(all.filter((cell) => senseless(cell) === null)).toEqual(CELLS);
  expect(CELLS.length).toBe(52);
});

test('requests may fail only where Envoy itself, or the only server that may answer, is taken away', () => {
  const must = CELLS.flatMap((cell) =>
    PATHS.filter((path) => mustFail(cell, path)).map((path) => [cell, path] as const),
  );
  expect(new Set(must.map(([{ component }]) => component))).toEqual(new Set(['Envoy', "stable's model server"]));
  expect(must.filter(([{ component }, path]) => component !== 'Envoy' && path !== 'rollback')).toEqual([]);
});

test('a proxy hands through, refuses and garbles as it is told, for connections that are open too', async () => {
  const server = createServer((socket) => socket.on('data', (data) => socket.write(`you said ${data.toString()}`)));
  const proxy = await startProxy({ port: await listen(server) });
  ending.push(
    () => proxy.close(),
    () => server.close(),
  );
  expect(await say(proxy)).toBe('you said hello');
  proxy.set('refuse');
  expect(await say(proxy)).toBe('');
  proxy.set('garbage');
  expect(await say(proxy)).not.toMatch(/^(you said hello)?$/);
  proxy.set('pass');
  expect(await say(proxy)).toBe('you said hello');
  expect(proxy.connections()).toBe(4);
});

test('a stopped process stands still with its children, and goes on', async () => {
  const child = spawn('/bin/sh', ['-c', 'sleep 60; true'], { stdio: 'ignore' });
  ending.push(() => signalAll(treeOf(child.pid ?? 0), 'SIGKILL'));
  await vi.waitFor(() => expect(treeOf(child.pid ?? 0)).toHaveLength(2));
  const tree = treeOf(child.pid ?? 0);
  const over = stopped(() => tree, 1_000);
  await vi.waitFor(() => expect(tree.map(stateOf)).toEqual(['T', 'T']));
  await over;
  await vi.waitFor(() => expect(tree.map(stateOf)).toEqual(['S', 'S']));
  signalAll(tree, 'SIGKILL');
  await gone(child.pid ?? 0, 5_000);
});

test('a slowed process gets about a tenth of the processor', async () => {
  const child = spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
  ending.push(() => child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  const before = ticksOf(pid);
  await slowed(() => [pid], 2_000);
  // A tick is 10 ms: of 200, a tenth, and more where this test is late to stop it again.
  expect(ticksOf(pid) - before).toBeLessThan(120);
});

test('a model server misbehaves for as long as it is told, and is itself again afterwards', async () => {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((done) => probe.close(done));
  const child: ChildProcess = spawn(process.execPath, [MODEL_SERVER, String(port)], { stdio: 'inherit' });
  ending.push(() => child.kill('SIGKILL'));
  const predict = async () => (await fetch(`http://127.0.0.1:${port}/invocations`, { method: 'POST' })).text();
  await vi.waitFor(async () => expect(await predict()).toBe('{"predictions": [1]}'), { timeout: 10_000 });
  for (const mode of ['refuse', 'garbage']) {
    await fetch(`http://127.0.0.1:${port}/fault?mode=${mode}&ms=1500`, { method: 'POST' });
    await vi.waitFor(() => expect(predict()).rejects.toThrow(), { timeout: 1_300, interval: 5 });
    await vi.waitFor(async () => expect(await predict()).toBe('{"predictions": [1]}'), { timeout: 5_000 });
  }
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What comes back before the other side is silent or gone. */
async function say(proxy: Proxy): Promise<string> {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('hello');
  const answer = await Promise.race([
    once(socket, 'data').then(([data]) => (data as Buffer).toString('latin1')),
    once(socket, 'close').then(() => ''),
  ]).catch(() => '');
  socket.destroy();
  return answer;
}

function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function stateOf(pid: number): string {
  return statOf(pid)[0] ?? '';
}

function ticksOf(pid: number): number {
  const fields = statOf(pid);
  return Number(fields[11]) + Number(fields[12]);
}
