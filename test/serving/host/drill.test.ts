import { afterEach, beforeEach, expect, test } from 'vitest';
import { drillKey } from '../../../domain/ids.ts';
import type { PinnedVersion, Runtime } from '../../../domain/model-version.ts';
import { startHost, type RunningHost } from './support/host-fixture.ts';
import { makeModel, programRuntime } from './support/models.ts';

let running: RunningHost;
let stable: PinnedVersion;
const of = programRuntime() as Extract<Runtime, { kind: 'command' }>;
const runtime: Runtime = { kind: 'drill', fault: { kind: 'errors' }, of };

beforeEach(async () => {
  running = await startHost();
  stable = await makeModel(running.root, '1');
});
afterEach(() => running.end());

test('a faulty copy stands beside the version itself, is ready as that is, and ends with all it started', async () => {
  await running.deploy(stable);
  const copy = { ...stable, key: drillKey(stable.key) };
  const status = await running.deploy(copy, runtime);
  expect(status).toMatchObject({ key: copy.key, predictPath: '/predict' });
  const answered = await running.target.predict(status, '{}');
  expect(answered).toMatchObject({ status: 200, body: '{"predictions":["v1"]}' });
  await running.target.retireVersion('digits', copy.key);
  await expect(running.target.predict(status, '{}')).rejects.toThrow();
});

test('a faulty copy can never pass for the version, nor the version for a copy', async () => {
  await expect(running.target.ensureVersion('digits', stable, runtime)).rejects.toThrow(`is ${drillKey(stable.key)}`);
  const copy = { ...stable, key: drillKey(stable.key) };
  await expect(running.target.ensureVersion('digits', copy, of)).rejects.toThrow(`is ${stable.key}`);
});
