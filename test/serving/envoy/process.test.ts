import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { splitRoute, wholeRoute } from '../../../domain/route.ts';
import { createEnvoyDataPlane } from '../../../serving/envoy/envoy-data-plane.ts';
import { socketPath } from '../../../serving/envoy/socket-path.ts';
import { freePort } from '../../support/free-port.ts';
import { post, startLoad } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

let serving: Serving;
beforeEach(async () => void (serving = await startServing()));
afterEach(() => serving.stop());

test('a killed Envoy is started again with the routes it had', async () => {
  const route = splitRoute(STABLE, CANDIDATE, 2500, { header: 'x-user', salt: 'one' });
  await serving.put(route, 7);
  const [before, { since }] = [pid(), await serving.plane.traffic('digits')];
  process.kill(before, 'SIGKILL');
  await until('another Envoy', async () => pid() !== before && (await serving.plane.health()).ok);
  expect(await serving.plane.programmed('digits')).toEqual({ fence: { epoch: 1, sequence: 7 }, route });
  expect((await post(serving.url)).status).toBe(200);
  expect((await serving.plane.traffic('digits')).since).not.toBe(since);
});

test('a host that starts anew adopts the running Envoy, and no request fails', async () => {
  await serving.put(wholeRoute(STABLE), 1);
  const load = startLoad(serving.url);
  const [before, { since }] = [pid(), await serving.plane.traffic('digits')];
  serving.plane.release();
  const next = serving.anotherPlane();
  await next.start();
  expect(pid()).toBe(before);
  expect((await next.programmed('digits'))?.fence).toEqual({ epoch: 1, sequence: 1 });
  await next.apply([serving.desired(splitRoute(STABLE, CANDIDATE, 5000), 2)]);
  expect((await next.traffic('digits')).since).toBe(since);
  next.release();
  expect((await load.end()).filter(({ status }) => status !== 200)).toEqual([]);
});

test('an Envoy with other settings is replaced, and the routes stay', async () => {
  await serving.put(wholeRoute(STABLE), 3);
  const before = pid();
  serving.plane.release();
  const next = createEnvoyDataPlane({
    stateDir: join(serving.stateDir, 'envoy'),
    envoyBin: envoyBin(),
    gatewayPort: await freePort(),
    captureAddress: join(serving.stateDir, 'moved.sock'),
  });
  await next.start();
  expect(pid()).not.toBe(before);
  expect((await next.programmed('digits'))?.fence).toEqual({ epoch: 1, sequence: 3 });
  expect((await post(`${next.gateway}/digits/invocations`)).status).toBe(200);
  await next.stop();
});

test('a stale Envoy on the port is named instead of sharing it', async () => {
  const other = createEnvoyDataPlane({
    stateDir: join(serving.stateDir, 'another'),
    envoyBin: envoyBin(),
    gatewayPort: serving.gatewayPort,
    captureAddress: join(serving.stateDir, 'none.sock'),
  });
  await expect(other.start()).rejects.toThrow(
    new RegExp(`port ${serving.gatewayPort} on 127.0.0.1 is taken by process ${pid()} \\(envoy\\)`),
  );
});

test('a port that another program holds is named', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const { port } = blocker.address() as { port: number };
  const other = createEnvoyDataPlane({
    stateDir: join(serving.stateDir, 'blocked'),
    envoyBin: envoyBin(),
    gatewayPort: port,
    captureAddress: join(serving.stateDir, 'none.sock'),
  });
  await expect(other.start()).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`);
  blocker.close();
});

test('a state folder too deep for sockets works as any other', async () => {
  const stateDir = join(serving.stateDir, 'deep'.repeat(40));
  const deep = createEnvoyDataPlane({
    stateDir,
    envoyBin: envoyBin(),
    gatewayPort: await freePort(),
    captureAddress: join(serving.stateDir, 'none.sock'),
  });
  await deep.start();
  await deep.apply([serving.desired(wholeRoute(STABLE), 1)]);
  expect((await post(`${deep.gateway}/digits/invocations`)).status).toBe(200);
  await deep.stop();
  rmSync(dirname(socketPath(stateDir, 'admin.sock')), { recursive: true });
});

test('while no Envoy answers, nothing is made up', async () => {
  await serving.put(wholeRoute(STABLE), 1);
  await serving.plane.stop();
  expect(await serving.plane.programmed('digits')).toBeNull();
  expect((await serving.plane.health()).ok).toBe(false);
  await expect(serving.plane.traffic('digits')).rejects.toThrow();
});

function pid(): number {
  return (JSON.parse(readFileSync(join(serving.stateDir, 'envoy/envoy.json'), 'utf8')) as { pid: number }).pid;
}

function envoyBin(): string {
  return process.env['ENVOY_BIN'] ?? join(import.meta.dirname, '../../../.venv/bin/envoy');
}
