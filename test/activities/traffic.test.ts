import { expect, test } from 'vitest';
import { StaleFence, TargetRefusal, type ServingTarget } from '../../activities/targets/target.ts';
import { createTrafficActivities } from '../../activities/traffic.ts';
import { splitRoute, wholeRoute } from '../../domain/route.ts';
import { depsWith } from '../support/deps.ts';
import { readingOf, stubTarget, trafficOf } from '../support/stub-target.ts';
import { CANDIDATE, STABLE } from '../support/world.ts';

const fence = { epoch: 4, sequence: 7 };
const route = wholeRoute(STABLE.key);
const request = {
  target: 'local',
  endpoint: 'digits',
  fence,
  route,
  label: 'local.digits.4/rollback',
  leaving: CANDIDATE.key,
};

test('a route counts as changed only when the same one, under the same fence, is read back', async () => {
  const other = splitRoute(STABLE.key, CANDIDATE.key, 100);
  const target = stubTarget({
    setRoute: () => Promise.resolve({ ...readingOf(fence, route).route, programmed: { fence, route: other } }),
  });
  await expect(activities(target).shiftTraffic(request)).rejects.toMatchObject({
    type: 'NotReady',
    nonRetryable: false,
  });
});

test('a route that does not come into force is reported with the reason that the target gives', async () => {
  const fault = 'EISDIR: illegal operation on a directory, open routes.json.new';
  const target = stubTarget({
    setRoute: () => Promise.resolve({ ...readingOf(fence, route).route, programmed: null, fault }),
  });
  await expect(activities(target).restoreTraffic(request)).rejects.toMatchObject({
    message: `target local accepted the route, but it is not in force: ${fault}`,
  });
});

test('a newer fence ends the attempts for good', async () => {
  const newer = readingOf({ epoch: 5, sequence: 1 }, route).route;
  const target = stubTarget({ setRoute: () => Promise.reject(new StaleFence(newer)) });
  await expect(activities(target).shiftTraffic(request)).rejects.toMatchObject({
    type: 'StaleFence',
    nonRetryable: true,
  });
});

test('stable that does not answer is not given the traffic; the attempt is repeated', async () => {
  const refusal = new TargetRefusal('not_ready', 'v1 is unhealthy');
  const target = stubTarget({ setRoute: () => Promise.reject(refusal) });
  await expect(activities(target).restoreTraffic(request)).rejects.toMatchObject({
    type: 'NotReady',
    nonRetryable: false,
  });
});

test('traffic is restored only once the leaving version has no request under way and gets no more', async () => {
  const counts = [trafficOf(CANDIDATE.key, 10, 2), trafficOf(CANDIDATE.key, 12, 1), trafficOf(CANDIDATE.key, 12, 1)];
  const last = trafficOf(CANDIDATE.key, 13, 0);
  const reads: number[] = [];
  const target = stubTarget({
    setRoute: () => Promise.resolve(readingOf(fence, route).route),
    readTraffic: () => Promise.resolve(counts[reads.push(reads.length) - 1] ?? last),
  });
  const restored = await activities(target).restoreTraffic(request);
  expect(restored.leavingRequests).toBe(13);
  expect(reads.length).toBe(5);
});

test('of a test of several arms, none that leaves has a request under way any more', async () => {
  const further = 'v3-cccccccccccc';
  const seen = [
    {
      [CANDIDATE.key]: { requests: 5, active: 0 },
      [further]: { requests: 7, active: 1 },
      [STABLE.key]: { requests: 90, active: 3 },
    },
    {
      [CANDIDATE.key]: { requests: 5, active: 0 },
      [further]: { requests: 8, active: 0 },
      [STABLE.key]: { requests: 99, active: 2 },
    },
    {
      [CANDIDATE.key]: { requests: 5, active: 0 },
      [further]: { requests: 8, active: 0 },
      [STABLE.key]: { requests: 120, active: 4 },
    },
  ];
  let reads = 0;
  const target = stubTarget({
    setRoute: () => Promise.resolve(readingOf(fence, route).route),
    readTraffic: () => Promise.resolve({ at: '', since: '', versions: seen[Math.min(reads++, 2)] ?? {} }),
  });
  expect((await activities(target).restoreTraffic(request)).leavingRequests).toBe(5);
  expect(reads).toBe(3);
});

function activities(target: ServingTarget) {
  return createTrafficActivities(depsWith({ target: () => Promise.resolve(target) }));
}
