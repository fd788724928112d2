import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wholeRoute } from '../../../domain/route.ts';
import { createEnvoyDataPlane } from '../../../serving/envoy/envoy-data-plane.ts';
import { routesOf } from '../../../serving/envoy/routes.ts';
import { socketPath } from '../../../serving/envoy/socket-path.ts';

const ENDPOINTS = Array.from({ length: 50 }, (_, at) => `endpoint-${at}`);
const STABLE = 'v1-aaaaaaaaaaaa';
let stateDir: string;
let admin: Server;
let asked: string[];

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'slipway-dump-'));
  asked = [];
  const dump = JSON.stringify({ configs: [{ route_config: routesOf(ENDPOINTS.map(desired)) }] });
  admin = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(dump);
  }).listen(socketPath(stateDir, 'admin.sock'));
  await once(admin, 'listening');
});

afterEach(() => {
  admin.closeAllConnections();
  admin.close();
  rmSync(stateDir, { recursive: true, force: true });
});

test('to read the routes of fifty endpoints at once costs Envoy one dump, and a later look another', async () => {
  const options = { stateDir, envoyBin: 'none', gatewayPort: 1, captureAddress: join(stateDir, 'capture.sock') };
  const plane = createEnvoyDataPlane(options);
  const read = await Promise.all(ENDPOINTS.map((endpoint) => plane.programmed(endpoint)));
  expect(read.map((one) => one?.fence.epoch)).toEqual(ENDPOINTS.map((_, at) => at + 1));
  expect(asked).toHaveLength(1);
  expect((await plane.programmed('endpoint-7'))?.fence.epoch).toBe(8);
  expect(asked).toHaveLength(2);
});

function desired(endpoint: string, at: number) {
  return {
    endpoint,
    fence: { epoch: at + 1, sequence: 1 },
    route: wholeRoute(STABLE),
    label: 'test',
    versions: [{ key: STABLE, port: 9000 + at }],
    settings: {
      ...{ model: 'm', timeoutMs: 1_000, retry: true, batchMs: 10_000 },
      capture: { sample: 1, redact: [], retentionDays: 1, userHeader: null, tolerance: 0 },
    },
  };
}
