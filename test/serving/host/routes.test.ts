import { afterEach, beforeEach, expect, test } from 'vitest';
import { access, readFile } from 'node:fs/promises';
import { mirrorRoute, splitRoute, wholeRoute } from '../../../domain/route.ts';
import { join } from 'node:path';
import type { PinnedVersion } from '../../../domain/model-version.ts';
import type { PutRoute, Refusal, RouteReading } from '../../../domain/serving-contract.ts';
import { makeModel, programRuntime } from './support/models.ts';
import { reach, startHost, type RunningHost } from './support/host-fixture.ts';
import { NO_FENCE, type Fence } from '../../../domain/fence.ts';

let running: RunningHost;
let stable: PinnedVersion;
let candidate: PinnedVersion;

beforeEach(async () => {
  running = await startHost();
  stable = await makeModel(running.root, '1');
  candidate = await makeModel(running.root, '2');
  await running.deploy(stable);
});

afterEach(() => running.end());

const at = (sequence: number, epoch = 1): Fence => ({ epoch, sequence });

async function put(route: PutRoute['route'], fence: Fence, label = 'a step') {
  const { status, body } = await running.ask('PUT', '/endpoints/digits/route', { route, fence, label });
  return { status, reading: body as RouteReading, refusal: body as Refusal };
}

test('a route is answered with what the data plane shows', async () => {
  const { status, reading } = await put(wholeRoute(stable.key), at(1), 'local.digits.1/full');
  expect(status).toBe(200);
  expect(reading).toEqual({
    fence: at(1),
    desired: wholeRoute(stable.key),
    programmed: { fence: at(1), route: wholeRoute(stable.key) },
    label: 'local.digits.1/full',
  });
});

test('a lower fence is refused with the route in force, and changes nothing', async () => {
  await put(wholeRoute(stable.key), at(3, 2), 'the newer rollout');
  for (const older of [at(2, 2), at(9, 1), NO_FENCE]) {
    const { status, refusal } = await put(mirrorRoute(stable.key, stable.key, 5), older);
    expect(status).toBe(409);
    expect(refusal.error).toBe('stale_fence');
    expect(refusal.current).toMatchObject({ fence: at(3, 2), label: 'the newer rollout' });
  }
});

test('the same fence takes the same route again, and no other', async () => {
  await put(wholeRoute(stable.key), at(1));
  expect((await put(wholeRoute(stable.key), at(1))).status).toBe(200);
  const other = await put(wholeRoute(stable.key, { header: 'x-user', salt: '1' }), at(1));
  expect(other.status).toBe(409);
  expect(other.refusal.error).toBe('stale_fence');
});

test('of many attempts under one fence exactly one route comes into force', async () => {
  await running.deploy(candidate);
  const attempts = [0, 1000, 2000, 3000, 4000].map((weight) =>
    put(splitRoute(stable.key, candidate.key, weight), at(1)),
  );
  const answers = await Promise.all(attempts);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
  const accepted = answers.find(({ status }) => status === 200)?.reading.desired;
  expect((await running.target.readEndpoint('digits'))?.route.desired).toEqual(accepted);
});

test('a version that is not there or not ready gets no traffic', async () => {
  await running.target.ensureVersion('digits', candidate, programRuntime('crash'));
  for (const route of [
    wholeRoute('v9-000000000000'),
    splitRoute(stable.key, candidate.key, 1),
    splitRoute(stable.key, candidate.key, 0),
    mirrorRoute(stable.key, candidate.key, 1),
  ]) {
    const { status, refusal } = await put(route, at(1));
    expect([status, refusal.error]).toEqual([409, 'not_ready']);
  }
});

test('traffic can be taken from a sick version, but none can be sent to it', async () => {
  const { address } = await running.deploy(candidate);
  await put(splitRoute(stable.key, candidate.key, 5_000), at(1));
  await fetch(`${address}/sick`, { method: 'POST' });
  await reach(running.target, candidate.key, 'unhealthy');

  expect((await put(splitRoute(stable.key, candidate.key, 5_001), at(2))).refusal.error).toBe('not_ready');
  expect((await put(splitRoute(stable.key, candidate.key, 4_000), at(2))).status).toBe(200);
  expect((await put(wholeRoute(stable.key), at(3))).status).toBe(200);
});

test('a route with faults is refused with all of them', async () => {
  const { status, refusal } = await put(
    {
      arms: [
        { version: stable.key, weight: 4 },
        { version: stable.key, weight: -1 },
      ],
      mirrors: [],
      sticky: null,
    },
    at(1),
  );
  expect(status).toBe(400);
  expect(refusal.message).toMatch(/add up to 3.*weight -1.*two arms/);
});

test('a route is on disk before the data plane is told', async () => {
  const file = join(running.root, 'state', 'digits.json');
  let onDisk = '';
  running.dataPlane.before = async () => {
    onDisk = await readFile(file, 'utf8');
  };
  await put(wholeRoute(stable.key), at(7));
  expect(JSON.parse(onDisk)).toMatchObject({ fence: at(7), route: wholeRoute(stable.key) });
  await expect(access(`${file}.new`)).rejects.toThrow('ENOENT');
});

test('a route that cannot be programmed now is kept, answered with the reason, and programmed later', async () => {
  running.dataPlane.isDown = true;
  const { status, reading } = await put(wholeRoute(stable.key), at(1));
  expect([status, reading.programmed, reading.fault]).toEqual([200, null, 'the data plane is down']);
  running.dataPlane.isDown = false;
  await expect.poll(() => running.dataPlane.shown[0]?.fence).toEqual(at(1));
});

test('the next host holds the same route and fence', async () => {
  await put(wholeRoute(stable.key), at(5), 'kept');
  await running.leave();
  running = await startHost({ root: running.root });
  expect((await running.target.readEndpoint('digits'))?.route).toMatchObject({
    fence: at(5),
    desired: wholeRoute(stable.key),
    programmed: { fence: at(5), route: wholeRoute(stable.key) },
    label: 'kept',
  });
  expect((await put(wholeRoute(stable.key), at(4))).status).toBe(409);
});
