import { afterAll, beforeAll, expect, test } from 'vitest';
import { mirrorRoute, splitRoute, wholeRoute } from '../../../domain/route.ts';
import { posts } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

let serving: Serving;
beforeAll(async () => void (serving = await startServing()));
afterAll(() => serving.stop());

test('copies are no live traffic of the version they go to', async () => {
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 1);
  await posts(serving.url, 50);
  await until('fifty copies', () => serving.candidate.requests.length === 50);
  expect((await serving.plane.traffic('digits')).versions).toEqual({
    [STABLE]: { requests: 50, active: 0 },
    [CANDIDATE]: { requests: 0, active: 0 },
  });
});

test('counts go on when a version leaves the route and comes back, in whatever place', async () => {
  const before = (await serving.plane.traffic('digits')).versions;
  await serving.put(splitRoute(STABLE, CANDIDATE, 10_000), 2);
  await posts(serving.url, 10);
  await serving.put(wholeRoute(STABLE), 3);
  await posts(serving.url, 10);
  await serving.put(wholeRoute(CANDIDATE), 4);
  await posts(serving.url, 10);
  const { versions, since } = await serving.plane.traffic('digits');
  expect(versions[CANDIDATE]?.requests).toBe((before[CANDIDATE]?.requests ?? 0) + 20);
  expect(versions[STABLE]?.requests).toBe((before[STABLE]?.requests ?? 0) + 10);
  expect((await serving.plane.traffic('digits')).since).toBe(since);
});

test('a share of a percent is mirrored as a share', async () => {
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 20), 5);
  const before = serving.candidate.requests.length;
  await posts(serving.url, 500);
  const copies = serving.candidate.requests.length - before;
  // Six standard deviations around 100.
  expect(copies).toBeGreaterThan(100 - 54);
  expect(copies).toBeLessThan(100 + 54);
});

test('a slow copy holds nobody up, and copies over the limit are shed', async () => {
  serving.candidate.delayMs = 1500;
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 6);
  const before = serving.candidate.requests.length;
  const answers = await posts(serving.url, 400);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(serving.candidate.requests.length - before).toBeLessThan(400);
});
