import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitRoute, wholeRoute } from '../../../domain/route.ts';
import { posts, startLoad } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';

let serving: Serving;
beforeAll(async () => void (serving = await startServing()));
afterAll(() => serving.stop());

test('thirty changes of weight, up and back down, fail no request under load', async () => {
  await serving.put(wholeRoute(STABLE), 1);
  const load = startLoad(serving.url);
  for (let step = 2; step <= 31; step += 1)
    await serving.put(step % 5 === 0 ? wholeRoute(STABLE) : splitRoute(STABLE, CANDIDATE, (step % 5) * 2500), step);
  const answers = await load.end();
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(new Set(answers.map(({ headers }) => headers['x-model-version']))).toEqual(new Set([STABLE, CANDIDATE]));
});

test('once apply resolves, a version without weight gets nothing more', async () => {
  for (let round = 0; round < 5; round += 1) {
    await serving.put(splitRoute(STABLE, CANDIDATE, 10_000), 40 + 2 * round);
    const onCandidate = await posts(serving.url, 20);
    await serving.put(splitRoute(STABLE, CANDIDATE, 0), 41 + 2 * round);
    const onStable = await posts(serving.url, 20);
    expect(new Set(onCandidate.map(({ headers }) => headers['x-model-version']))).toEqual(new Set([CANDIDATE]));
    expect(new Set(onStable.map(({ headers }) => headers['x-model-version']))).toEqual(new Set([STABLE]));
  }
});

test('requests follow the weights', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 2000), 60);
  const answers = await posts(serving.url, 1000);
  const share = answers.filter(({ headers }) => headers['x-model-version'] === CANDIDATE).length / answers.length;
  // Six standard deviations around 20 %.
  expect(share).toBeGreaterThan(0.2 - 0.076);
  expect(share).toBeLessThan(0.2 + 0.076);
});

test('a request on its way when its version leaves the route is answered by it', async () => {
  serving.candidate.delayMs = 1200;
  await serving.put(splitRoute(STABLE, CANDIDATE, 10_000), 70);
  const slow = posts(serving.url, 4);
  await expect.poll(async () => (await serving.plane.traffic('digits')).versions[CANDIDATE]?.active).toBe(4);
  // Without any use for it, the candidate's clusters go too.
  await serving.plane.apply([
    { ...serving.desired(wholeRoute(STABLE), 71), versions: [{ key: STABLE, port: serving.stable.port }] },
  ]);
  expect((await slow).map(({ status, headers }) => [status, headers['x-model-version']])).toEqual(
    Array.from({ length: 4 }, () => [200, CANDIDATE]),
  );
  await expect.poll(async () => (await serving.plane.traffic('digits')).versions[CANDIDATE]).toBeUndefined();
});
