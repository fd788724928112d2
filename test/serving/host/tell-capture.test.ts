import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DesiredEndpoint } from '../../../serving/data-plane.ts';
import { startHost } from './support/host-fixture.ts';
import type { RunningHost } from './support/host-fixture.ts';
import { noCapture } from './support/memory-data-plane.ts';
import { makeModel } from './support/models.ts';
import { until } from '../support/until.ts';

let folder: string;
let running: RunningHost;
let told: readonly DesiredEndpoint[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-models-'));
  const capture = { ...noCapture, configure: async (desired: typeof told) => void (told = desired) };
  running = await startHost({ capture });
});
afterAll(async () => {
  await running.end();
  await rm(folder, { recursive: true, force: true });
});

const processes = () => told.flatMap(({ versions }) => versions.flatMap(({ process }) => process ?? []));

test('capture knows the process of every server, also after it was another one’s turn; the proxy is not asked again', async () => {
  const version = await makeModel(folder, '1');
  const { pid } = await running.deploy(version);
  expect(await until('word of it', processes, (seen) => seen.length === 1)).toMatchObject([{ pid }]);
  const { rounds } = running.dataPlane;
  process.kill(pid ?? 0, 'SIGKILL');
  const [next] = await until('the next server', processes, ([seen]) => seen !== undefined && seen.pid !== pid);
  expect(next?.started).not.toBe('');
  expect(running.dataPlane.rounds).toBe(rounds);
});
