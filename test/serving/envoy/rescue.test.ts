import { afterEach, beforeEach, expect, test } from 'vitest';
import { splitRoute, wholeRoute } from '../../../domain/route.ts';
import { posts, startLoad } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

let serving: Serving;
beforeEach(async () => void (serving = await startServing()));
afterEach(() => serving.stop());

test('users of a candidate that dies are answered by stable, and told so', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 1000), 1);
  const load = startLoad(serving.url);
  await until('traffic on the candidate', () => serving.candidate.requests.length > 20);
  await serving.candidate.kill();
  const before = serving.stable.requests.length;
  await until('traffic after its death', () => serving.stable.requests.length > before + 500);
  const answers = await load.end();
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  for (const { headers } of answers)
    expect(headers['x-model-version']).toBe(headers['x-served-by'] === 'stable' ? STABLE : CANDIDATE);
});

test('without retries, failures of the candidate reach users until it is ejected', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 10_000), 1, { retry: false });
  await serving.candidate.kill();
  const answers = await posts(serving.url, 50);
  expect(answers.some(({ status }) => status === 503)).toBe(true);
  expect(answers.at(-1)).toMatchObject({ status: 200, headers: { 'x-model-version': STABLE } });
});

test('a candidate that answers 500 is not ejected: its answers are the evidence', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 10_000), 1);
  serving.candidate.status = 500;
  const answers = await posts(serving.url, 40);
  expect(new Set(answers.map(({ status, headers }) => `${status} ${String(headers['x-model-version'])}`))).toEqual(
    new Set([`500 ${CANDIDATE}`]),
  );
});

test('a lone version is never ejected, whatever it answers', async () => {
  await serving.put(wholeRoute(STABLE), 1, { retry: false });
  serving.stable.status = 503;
  await posts(serving.url, 40);
  serving.stable.status = 200;
  expect((await posts(serving.url, 10)).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
});

test('a prediction that takes longer than the endpoint allows ends with 504 in JSON', async () => {
  await serving.put(wholeRoute(STABLE), 1, { timeoutMs: 100 });
  serving.stable.delayMs = 400;
  const [answer] = await posts(serving.url, 1);
  expect(answer?.status).toBe(504);
  expect(JSON.parse(answer?.text ?? '')).toHaveProperty('message');
});

test('users of a stable that dies in a canary are answered by the candidate, which is then alone', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 1000), 1);
  const load = startLoad(serving.url);
  await until('traffic on stable', () => serving.stable.requests.length > 50);
  await serving.stable.kill();
  const before = serving.candidate.requests.length;
  await until('traffic after its death', () => serving.candidate.requests.length > before + 500);
  expect((await load.end()).filter(({ status }) => status !== 200)).toEqual([]);
});

test('a stable without a server does not fall back to a candidate that gets no live requests', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 0), 1);
  await serving.stable.kill();
  expect((await posts(serving.url, 5)).map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
  expect(serving.candidate.requests).toEqual([]);
});

test('users of a server that hangs wait for its time limit, and are answered by the other one then', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 10_000), 1, { timeoutMs: 200 });
  serving.candidate.delayMs = 60_000;
  const answers = await posts(serving.url, 3);
  expect(answers.map(({ status, headers }) => [status, headers['x-model-version']])).toEqual(
    Array.from({ length: 3 }, () => [200, STABLE]),
  );
});

test('users of a stable that hangs in a canary wait for its time limit, and are answered by the candidate then', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 2_000), 1, { timeoutMs: 200 });
  serving.stable.delayMs = 60_000;
  const answers = await posts(serving.url, 40);
  expect(answers.map(({ status, headers }) => [status, headers['x-model-version']])).toEqual(
    Array.from({ length: 40 }, () => [200, CANDIDATE]),
  );
});
