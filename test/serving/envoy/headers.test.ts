import { afterAll, beforeAll, expect, test } from 'vitest';
import { mirrorRoute, splitRoute, wholeRoute } from '../../../domain/route.ts';
import type { Route } from '../../../domain/route.ts';
import { post } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';

let serving: Serving;
beforeAll(async () => void (serving = await startServing()));
afterAll(() => serving.stop());

const FORGED = {
  'x-slipway-arm': CANDIDATE,
  'X-Slipway-Fence': '99.99',
  'x-slipway-endpoint': 'other',
  'x-slipway-user': 'somebody',
  'x-slipway-unit': 'somebody',
  'x-slipway-mirror': 'shadow/other/v9',
  'x-slipway-anything': '1',
  'x-envoy-upstream-rq-timeout-ms': '1',
  'x-envoy-retry-on': '5xx',
};

const ROUTES: readonly (readonly [string, Route])[] = [
  ['one arm', wholeRoute(STABLE)],
  ['two arms', splitRoute(STABLE, CANDIDATE, 0)],
  ['a mirror', mirrorRoute(STABLE, CANDIDATE, 0)],
];

test.for(ROUTES.map(([name, route], index) => ({ name, route, sequence: index + 1 })))(
  'what a client sends under our names never arrives: $name',
  async ({ route, sequence }) => {
    await serving.put(route, sequence);
    await post(serving.url, { headers: FORGED });
    const headers = serving.stable.requests.at(-1)?.headers ?? {};
    const ours = Object.entries(headers).filter(([name]) => /^x-(slipway|envoy)-/.test(name));
    expect(Object.fromEntries(ours)).toEqual({
      'x-slipway-arm': STABLE,
      'x-slipway-endpoint': 'digits',
      'x-slipway-fence': `1.${sequence}`,
    });
  },
);

test('a request id is accepted as it is, or made, and comes back with the version that answered', async () => {
  await serving.put(wholeRoute(STABLE), 10);
  const own = '01234567-89ab-4cde-8f01-23456789abcd';
  const [given, made] = [await post(serving.url, { headers: { 'x-request-id': own } }), await post(serving.url)];
  expect(given.headers).toMatchObject({ 'x-request-id': own, 'x-model-version': STABLE });
  expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(serving.stable.requests.at(-1)?.headers['x-request-id']).toBe(made.headers['x-request-id']);
});

test('every path behind the endpoint is passed on, without a way out of it', async () => {
  await serving.put(wholeRoute(STABLE), 11);
  await post(`${serving.plane.gateway}/digits/v2/models/digits/infer?x=1`);
  expect(serving.stable.requests.at(-1)?.path).toBe('/v2/models/digits/infer?x=1');
  expect((await post(`${serving.plane.gateway}/digits/%2e%2e/other/invocations`)).status).toBe(404);
});

test('bodies of three megabytes pass, with and without a length', async () => {
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 12);
  const body = JSON.stringify({ inputs: ['x'.repeat(3_000_000)] });
  for (const isChunked of [false, true]) {
    const answer = await post(serving.url, { body, isChunked });
    expect(answer).toMatchObject({ status: 200, text: '{"predictions":["stable"]}' });
    await expect.poll(() => serving.candidate.requests.at(-1)?.bytes).toBe(body.length);
  }
  serving.stable.isChunked = true;
  expect(await post(serving.url)).toMatchObject({ status: 200, text: '{"predictions":["stable"]}' });
  serving.stable.isChunked = false;
});
