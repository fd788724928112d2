import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTrafficActivities } from '../../../activities/traffic.ts';
import { depsWith } from '../../support/deps.ts';
import type { PinnedVersion } from '../../../domain/model-version.ts';
import { makeModel } from './support/models.ts';
import { reach, SETTINGS, startHost, type RunningHost } from './support/host-fixture.ts';
import { splitRoute, wholeRoute } from '../../../domain/route.ts';

let running: RunningHost;
let stable: PinnedVersion;
let candidate: PinnedVersion;

beforeEach(async () => {
  running = await startHost();
  stable = await makeModel(running.root, '1');
  candidate = await makeModel(running.root, '2');
});

afterEach(() => running.end());

test('the way back waits for a stable that does not answer, names it, and goes through once it is back', async () => {
  const traffic = createTrafficActivities(depsWith({ target: () => Promise.resolve(running.target) }));
  const { address } = await running.deploy(stable);
  await running.deploy(candidate);
  const half = splitRoute(stable.key, candidate.key, 5_000);
  const place = { target: 'local', endpoint: 'digits' };
  const back = { ...place, route: wholeRoute(stable.key), label: 'local.digits.1/rollback', leaving: candidate.key };
  await running.target.setRoute('digits', { epoch: 1, sequence: 1 }, half, 'local.digits.1/canary-50');
  await fetch(`${address}/sick`, { method: 'POST' });
  await reach(running.target, stable.key, 'unhealthy');

  const restore = () => traffic.restoreTraffic({ ...back, fence: { epoch: 1, sequence: 2 } });
  await expect(restore()).rejects.toMatchObject({
    type: 'NotReady',
    nonRetryable: false,
    message: `${stable.key} is unhealthy`,
  });
  expect((await running.target.readEndpoint('digits'))?.route.programmed?.route).toEqual(half);
  expect(await traffic.sickVersions({ ...place, route: back.route })).toMatchObject([
    { key: stable.key, state: 'unhealthy' },
  ]);

  await fetch(`${address}/well`, { method: 'POST' });
  await reach(running.target, stable.key, 'ready');
  expect((await restore()).programmed?.route).toEqual(back.route);
  expect(await traffic.sickVersions({ ...place, route: back.route })).toEqual([]);
});

test('a stable that hangs since its last health check gets no traffic, and what is split stays so', async () => {
  await running.target.ensureEndpoint('digits', { ...SETTINGS, timeoutMs: 300 });
  const { pid } = await running.deploy(stable);
  await running.deploy(candidate);
  const half = splitRoute(stable.key, candidate.key, 5_000);
  await running.target.setRoute('digits', { epoch: 1, sequence: 1 }, half, 'local.digits.1/canary-50');
  const restore = () =>
    running.target.setRoute('digits', { epoch: 1, sequence: 2 }, wholeRoute(stable.key), 'local.digits.1/rollback');

  process.kill(pid ?? 0, 'SIGSTOP');
  await expect(restore()).rejects.toMatchObject({
    code: 'not_ready',
    message: `${stable.key} does not answer: GET /health: no answer within 300 ms`,
  });
  const read = await running.target.readEndpoint('digits');
  expect(read?.versions.find(({ key }) => key === stable.key)?.state, 'as of its last check').toBe('ready');
  expect(read?.route.programmed?.route).toEqual(half);

  process.kill(pid ?? 0, 'SIGCONT');
  expect((await restore()).programmed?.route).toEqual(wholeRoute(stable.key));
});
