import { afterAll, beforeAll, expect, test } from 'vitest';
import { HostProcess } from './support/host-process.ts';
import { join } from 'node:path';
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { readHostConfig } from '../../../serving/host/config.ts';
import type { HostHealth } from '../../../domain/serving-contract.ts';
import { tmpdir } from 'node:os';

let home: string;

beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'slipway-config-')));
});

afterAll(() => rm(home, { recursive: true }));

test('flags go before variables, and variables before defaults', async () => {
  const env = { SLIPWAY_HOME: home, SLIPWAY_SERVING_PORT: '7001', ENVOY_BIN: 'bin/envoy', SLIPWAY_PYTHON: 'python3' };
  expect(await readHostConfig(['--gateway-port', '7002'], env)).toEqual({
    root: join(home, 'serving'),
    target: 'local',
    apiPort: 7001,
    gatewayPort: 7002,
    envoyBin: join(process.cwd(), 'bin/envoy'),
    python: 'python3',
    databaseUrl: null,
    shutdown: false,
  });
});

test('every fault is reported at once', async () => {
  const env = { SLIPWAY_HOME: home, SLIPWAY_SERVING_PORT: '0', SLIPWAY_GATEWAY_PORT: 'x', SLIPWAY_TARGET: 'EU' };
  await expect(readHostConfig([], env)).rejects.toThrow(/SLIPWAY_TARGET.*SLIPWAY_SERVING_PORT.*SLIPWAY_GATEWAY_PORT/);
  await expect(readHostConfig(['--prot', '1'], {})).rejects.toThrow("Unknown option '--prot'");
});

test('one folder under two names is one folder, so that two hosts cannot share it', async () => {
  await symlink(home, `${home}-link`);
  try {
    const config = await readHostConfig([], { SLIPWAY_HOME: `${home}-link` });
    expect(config?.root).toBe(join(home, 'serving'));
  } finally {
    await rm(`${home}-link`);
  }
});

test.each([
  [{ DATABASE_URL: 'postgres://x' }, 'postgres://x'],
  [{ DATABASE_URL: '', PGHOST: '/run' }, undefined],
  [{ DATABASE_URL: '' }, null],
])("the database is the one that the ecosystem's variables name: %j", async (env, expected) => {
  expect((await readHostConfig([], { SLIPWAY_HOME: home, ...env }))?.databaseUrl).toBe(expected);
});

test('a host without Envoy runs, is degraded, and says why', async () => {
  const host = await HostProcess.create({ ENVOY_BIN: '/no/such/envoy' });
  try {
    await host.start();
    const health = (await (await fetch(`${(await host.announcement()).url}/healthz`)).json()) as HostHealth;
    expect(health).toMatchObject({
      status: 'degraded',
      parts: { envoy: { ok: false, detail: expect.stringContaining('/no/such/envoy cannot be run') as string } },
    });
  } finally {
    await host.end();
  }
});
