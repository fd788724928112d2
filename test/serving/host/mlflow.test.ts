import { afterAll, beforeAll, expect, test } from 'vitest';
import { execFile } from 'node:child_process';
import { folderDigest } from '../../../serving/host/digest.ts';
import { groupsWithEnvironment } from '../../../serving/host/process-table.ts';
import { join } from 'node:path';
import { OWNER_VARIABLE } from '../../../serving/host/model-server.ts';
import type { PinnedVersion } from '../../../domain/model-version.ts';
import { promisify } from 'node:util';
import { startHost, type RunningHost } from './support/host-fixture.ts';
import { versionKey } from '../../../domain/ids.ts';

const python = process.env['SLIPWAY_PYTHON'] ?? join(import.meta.dirname, '../../../.venv/bin/python');

let running: RunningHost;
let version: PinnedVersion;

beforeAll(async () => {
  running = await startHost({ python });
  const source = join(running.root, 'saved');
  await promisify(execFile)(python, [join(import.meta.dirname, 'support/sklearn_model.py'), source]);
  const digest = await folderDigest(source);
  version = { model: 'digits', version: '1', digest, key: versionKey('1', digest), source, runId: null };
});

afterAll(() => running.end());

test("a scikit-learn model is served by MLflow's own protocol, from one process", async () => {
  const deployed = await running.deploy(version, { kind: 'mlflow' });
  expect(deployed).toMatchObject({ predictPath: '/invocations', restarts: 0 });

  const body = (row: unknown) => JSON.stringify({ dataframe_records: [row] });
  const good = await running.target.predict(deployed, body({ x: 21 }));
  expect(good.status).toBe(200);
  expect(JSON.parse(good.body)).toEqual({ predictions: [expect.closeTo(42) as number] });
  expect((await running.target.predict(deployed, body({ y: 21 }))).status).toBe(400);

  const answers = ['/ping', '/health', '/version'].map(async (path) => (await fetch(deployed.address + path)).text());
  expect(await Promise.all(answers)).toEqual(['\n', '\n', expect.stringMatching(/^3\./)]);

  expect([...groupsWithEnvironment(OWNER_VARIABLE, running.root)]).toEqual([deployed.pid]);
  await running.target.retireVersion('digits', version.key);
  expect(groupsWithEnvironment(OWNER_VARIABLE, running.root).size).toBe(0);
});
