import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EMPTY_ROUTE, mirrorRoute, sameRoute, splitRoute, wholeRoute } from '../../../domain/route.ts';
import type { Route } from '../../../domain/route.ts';
import { post } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';

let serving: Serving;
beforeAll(async () => void (serving = await startServing()));
afterAll(() => serving.stop());

const STICKY = { header: 'x-user', salt: 'local.digits.4' };
const THIRD = 'v3-cccccccccccc';

const ROUTES: readonly (readonly [string, Route])[] = [
  ['one version', wholeRoute(STABLE)],
  ['one version, sticky', wholeRoute(STABLE, STICKY)],
  ['a split', splitRoute(STABLE, CANDIDATE, 1000)],
  ['a sticky split in parts of 10,000', splitRoute(STABLE, CANDIDATE, 1, STICKY)],
  ['a split whose first arm has no weight', splitRoute(STABLE, CANDIDATE, 10_000)],
  ['a salt of awkward characters', splitRoute(STABLE, CANDIDATE, 500, { header: 'x-user', salt: '\\1:%REQ(a)%\\' })],
  ['a split by cookie', splitRoute(STABLE, CANDIDATE, 1000, { cookie: '__Host-uid', salt: '\\1' })],
  ['a mirror', mirrorRoute(STABLE, CANDIDATE, 100)],
  ['a sticky mirror of part of a percent', mirrorRoute(STABLE, CANDIDATE, 0.25, STICKY)],
  [
    'three arms',
    {
      arms: [
        { version: STABLE, weight: 5000 },
        { version: CANDIDATE, weight: 3000 },
        { version: THIRD, weight: 2000 },
      ],
      mirrors: [],
      sticky: STICKY,
    },
  ],
  [
    'buckets of two arms, out of order, beside one without any',
    {
      arms: [STABLE, CANDIDATE, THIRD].map((version, i) => ({ version, weight: [7000, 3000, 0][i] ?? 0 })),
      mirrors: [],
      sticky: STICKY,
      buckets: [
        { version: CANDIDATE, weight: 2500 },
        { version: STABLE, weight: 7000 },
        { version: CANDIDATE, weight: 500 },
      ],
    },
  ],
  ['two mirrors', { ...mirrorRoute(STABLE, CANDIDATE, 50), mirrors: [mirror(CANDIDATE, 50), mirror(THIRD, 0)] }],
  ['nothing', EMPTY_ROUTE],
  ['nothing, but sticky by cookie', { ...EMPTY_ROUTE, sticky: { cookie: 'uid', salt: '1' } }],
  ['nothing, but sticky', { arms: [], mirrors: [mirror(CANDIDATE, 3)], sticky: STICKY }],
];

test.for(ROUTES.map(([name, route], index) => ({ name, route, sequence: index + 1 })))(
  'what Envoy has in force is read back from it: $name',
  async ({ route, sequence }) => {
    await serving.put(route, sequence);
    // A second one on the same state knows nothing but what Envoy tells.
    const read = await serving.anotherPlane().programmed('digits');
    expect(read?.fence).toEqual({ epoch: 1, sequence });
    expect(read?.route).toEqual(route);
    expect(sameRoute(read?.route ?? EMPTY_ROUTE, route)).toBe(true);
  },
);

test('an Envoy that has missed a change, as one may that is just starting, is brought to it all the same', async () => {
  const routes = join(serving.stateDir, 'envoy/xds/routes.json');
  await serving.put(wholeRoute(CANDIDATE), 40);
  const missed = readFileSync(routes, 'utf8');
  await serving.put(wholeRoute(STABLE), 41);
  // Envoy looks only where a file is renamed into place: this it does not see.
  writeFileSync(routes, missed.replace(/#\d+/, '#999999'));
  await serving.put(wholeRoute(CANDIDATE), 40);
  expect((await serving.plane.programmed('digits'))?.route).toEqual(wholeRoute(CANDIDATE));
});

test('an endpoint without arms answers 503, an unknown one 404, both in JSON with the reason', async () => {
  await serving.put(EMPTY_ROUTE, 50);
  const empty = await post(serving.url);
  const unknown = await post(`${serving.plane.gateway}/other/invocations`);
  expect([empty.status, empty.headers['content-type']]).toEqual([503, 'application/json']);
  expect(JSON.parse(empty.text)).toMatchObject({ message: expect.stringContaining('digits has no version') as string });
  expect([unknown.status, unknown.headers['content-type']]).toEqual([404, 'application/json']);
  expect(JSON.parse(unknown.text)).toMatchObject({ message: expect.stringContaining('no such endpoint') as string });
  expect(await serving.plane.programmed('other')).toBeNull();
});

test('an endpoint that is taken away answers 404, others go on', async () => {
  const other = { ...serving.desired(wholeRoute(STABLE), 60), endpoint: 'other' };
  await serving.plane.apply([serving.desired(wholeRoute(STABLE), 60), other]);
  expect((await post(`${serving.plane.gateway}/other/invocations`)).status).toBe(200);
  await serving.plane.apply([serving.desired(wholeRoute(STABLE), 60)]);
  expect((await post(`${serving.plane.gateway}/other/invocations`)).status).toBe(404);
  expect((await post(serving.url)).status).toBe(200);
});

test('a route that cannot be is refused before it reaches Envoy, where it would block every other endpoint', async () => {
  const route = { ...wholeRoute(STABLE), arms: [{ version: STABLE, weight: 9000 }] };
  await expect(serving.put(route, 65)).rejects.toThrow('endpoint digits: weights add up to 9000, not 10000');
});

test('a header that Envoy would not understand is refused by name, and changes nothing', async () => {
  await serving.put(wholeRoute(STABLE), 70);
  const bad = splitRoute(STABLE, CANDIDATE, 100, { header: 'x user', salt: '' });
  await expect(serving.put(bad, 71)).rejects.toThrow(/digits: 'x user' is no header name/);
  expect((await serving.plane.programmed('digits'))?.fence.sequence).toBe(70);
  await serving.put(wholeRoute(STABLE), 72);
  expect((await serving.plane.programmed('digits'))?.fence.sequence).toBe(72);
});

test('a version that does not run: alone it answers 503, as an arm it falls back', async () => {
  await serving.put(wholeRoute(THIRD), 80);
  expect((await post(serving.url)).status).toBe(503);
  await serving.put(splitRoute(STABLE, THIRD, 10_000), 81);
  const answer = await post(serving.url);
  expect([answer.status, answer.headers['x-model-version']]).toEqual([200, STABLE]);
});

function mirror(version: string, percent: number): Route['mirrors'][number] {
  return { version, percent };
}
