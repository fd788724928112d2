import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NamedProfile } from '../../../domain/profile.ts';
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

test('capture is told what is normal of a version by whoever validated it; a version that is not there has nothing to keep', async () => {
  const version = await makeModel(folder, '2');
  await running.deploy(version);
  const feature = {
    bins: { kind: 'numbers', edges: [0, 1] },
    counts: [0, 9, 0],
    type: 'number',
    range: [0.1, 0.9],
  } as const;
  const named: NamedProfile = {
    digest: `sha256:${'1'.repeat(64)}`,
    profile: {
      ...{ format: 1, source: 'set.csv', sha256: `sha256:${'2'.repeat(64)}`, rows: 9, columns: ['x'] },
      ...{ inputs: { x: feature }, outputs: {} },
    },
  };
  await running.target.keepProfile?.('digits', version.key, named);
  const profiles = () => told.flatMap(({ versions }) => versions.flatMap(({ profile }) => profile ?? []));
  expect(await until('word of it', profiles, (seen) => seen.length === 1)).toEqual([named]);
  const path = `/endpoints/digits/versions/${version.key}/profile`;
  const refused = await running.ask('PUT', path, { ...named, profile: { ...named.profile, rows: -1 } });
  expect(refused).toMatchObject({ status: 400, body: { error: 'invalid' } });
  expect(await running.ask('PUT', path.replace(version.key, 'v9-none'), named)).toMatchObject({ status: 404 });
});
