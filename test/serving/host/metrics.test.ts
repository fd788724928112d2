import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitRoute } from '../../../domain/route.ts';
import type { PinnedVersion } from '../../../domain/model-version.ts';
import { scraped } from '../../support/scraped.ts';
import { makeModel } from './support/models.ts';
import { startHost, type RunningHost } from './support/host-fixture.ts';
import { until } from '../support/until.ts';

let running: RunningHost;
let stable: PinnedVersion;
let candidate: PinnedVersion;

beforeAll(async () => {
  running = await startHost();
  [stable, candidate] = [await makeModel(running.root, '1'), await makeModel(running.root, '2')];
  await running.deploy(stable);
  await running.deploy(candidate);
  const route = splitRoute(stable.key, candidate.key, 2500);
  await running.target.setRoute('digits', { epoch: 1, sequence: 1 }, route, 'canary');
});

afterAll(() => running.end());

const read = async () => scraped((await running.ask('GET', '/metrics')).text);
const of = (version: PinnedVersion, more = '') => `{endpoint="digits",version="${version.key}"${more}}`;

test('each version shows its state, what it uses, and its share of the route', async () => {
  const seen = await read();
  expect(seen.get(`slipway_version_state${of(stable, ',state="ready"')}`)).toBe(1);
  expect(seen.get(`slipway_version_state${of(stable, ',state="failed"')}`)).toBe(0);
  expect(seen.get(`slipway_version_memory_bytes${of(stable)}`)).toBeGreaterThan(1e6);
  expect(seen.get(`slipway_version_cpu_seconds_total${of(stable)}`)).toBeGreaterThan(0);
  for (const level of ['desired', 'programmed'])
    expect(seen.get(`slipway_route_weight_ratio${of(candidate, `,level="${level}"`)}`)).toBe(0.25);
});

test('a server that dies shows as a restart', async () => {
  const { pid } = await running.deploy(candidate);
  process.kill(Number(pid), 'SIGKILL');
  const restarts = async () => (await read()).get(`slipway_version_restarts_total${of(candidate)}`);
  await until('the restart', restarts, (count) => count === 1);
});

test('what does not answer is left out and shows as down, and the rest is told', async () => {
  running.dataPlane.isDown = true;
  const seen = await read();
  running.dataPlane.isDown = false;
  expect(seen.get('slipway_serving_part_up{part="envoy"}')).toBe(0);
  expect([...seen.keys()].filter((name) => /envoy_|programmed|slipway_capture_/.test(name))).toEqual([]);
  expect(seen.get(`slipway_route_weight_ratio${of(stable, ',level="desired"')}`)).toBe(0.75);
  expect((await read()).get('envoy_server_uptime')).toBe(1);
});

test('metrics need the token, as everything that tells of versions', async () => {
  expect((await fetch(`${running.url}/metrics`)).status).toBe(401);
});
