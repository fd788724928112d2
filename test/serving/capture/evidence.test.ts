import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canonicalJson } from '../../../domain/gate-batch.ts';
import { EMPTY_ROUTE, splitRoute, wholeRoute } from '../../../domain/route.ts';
import { armSum, startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { post, posts } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';

let evidence: Evidence;
let serving: Serving;
beforeAll(async () => {
  evidence = await startEvidence();
  serving = await startServing({ databaseUrl: evidence.database.appUrl });
});
afterAll(async () => {
  await serving.stop();
  await evidence.stop();
});

test('every prediction is counted once, for the arm it was assigned to', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 3000), 1);
  const answers = await posts(serving.url, 200);
  const onCandidate = answers.filter(({ headers }) => headers['x-model-version'] === CANDIDATE).length;
  const batches = await evidence.batchesUnder(1, (seen) => armSum(seen, STABLE) + armSum(seen, CANDIDATE) === 200);
  expect(armSum(batches, CANDIDATE)).toBe(onCandidate);
  expect(armSum(batches, CANDIDATE, 'errors') + armSum(batches, STABLE, 'errors')).toBe(0);
  for (const { latency, n } of batches.flatMap(({ arms }) => arms))
    expect(latency.reduce((sum, [, count]) => sum + count, 0)).toBe(n);
});

test('what is no prediction of a version is not counted', async () => {
  await serving.put(wholeRoute(STABLE), 2);
  await post(serving.url.replace('invocations', 'ping'), { method: 'GET' });
  await post(serving.url.replace('invocations', 'v2/repository/models/x/load'));
  await post(`${serving.plane.gateway}/unknown/invocations`);
  await serving.put(EMPTY_ROUTE, 3);
  await post(serving.url);
  await serving.put(wholeRoute(STABLE), 4);
  await posts(serving.url, 3);
  await evidence.batchesUnder(4, (seen) => armSum(seen, STABLE) === 3);
  const before = (await evidence.batches()).filter(({ fence }) => fence.sequence === 2 || fence.sequence === 3);
  expect(armSum(before, STABLE)).toBe(0);
});

test('a path that a version declares is one of predictions', async () => {
  const url = serving.url.replace('invocations', 'score');
  const desired = serving.desired(wholeRoute(STABLE), 4);
  const versions = desired.versions.map((version) => ({ ...version, predictPath: '/score' }));
  await serving.capture?.configure([{ ...desired, versions }]);
  await posts(url, 2);
  await evidence.batchesUnder(4, (seen) => armSum(seen, STABLE) === 5);
});

test('answers 4xx are rejected requests, answers 5xx errors, and time limits both errors and timeouts', async () => {
  await serving.put(wholeRoute(STABLE), 5, { timeoutMs: 200 });
  for (const [status, delayMs] of [
    [400, 0],
    [422, 0],
    [500, 0],
    [200, 500],
  ] as const) {
    Object.assign(serving.stable, { status, delayMs });
    await post(serving.url);
  }
  Object.assign(serving.stable, { status: 200, delayMs: 0 });
  const batches = await evidence.batchesUnder(5, (seen) => armSum(seen, STABLE) === 4);
  expect({
    rejected: armSum(batches, STABLE, 'rejected'),
    errors: armSum(batches, STABLE, 'errors'),
    timeouts: armSum(batches, STABLE, 'timeouts'),
  }).toEqual({ rejected: 2, errors: 2, timeouts: 1 });
});

test('client-sent stamps change no evidence', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 0), 6);
  const forged = { 'x-slipway-arm': CANDIDATE, 'x-slipway-fence': '1.99', 'x-slipway-endpoint': 'other' };
  await posts(serving.url, 20, () => ({ headers: forged }));
  const batches = await evidence.batchesUnder(6, (seen) => armSum(seen, STABLE) === 20);
  expect(armSum(batches, CANDIDATE)).toBe(0);
  expect((await evidence.batches()).filter(({ fence }) => fence.sequence === 99)).toEqual([]);
});

test('sticky traffic brings sums over users', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 0, { header: 'x-user', salt: 's' }), 7);
  // All in one batch, or the sums of two would not add up to those of the whole.
  await posts(serving.url, 12, (index) => ({ headers: { 'x-user': `user-${index % 3}` } }));
  const batches = await evidence.batchesUnder(7, (seen) => armSum(seen, STABLE) === 12);
  for (const { n, users } of batches.flatMap(({ arms }) => arms)) {
    expect(users?.users).toBeLessThanOrEqual(3);
    expect(users?.requestsSquared).toBeGreaterThanOrEqual(n);
  }
});

test('a fence ends while requests are on their way: each batch holds one fence, no request is lost or counted twice', async () => {
  serving.stable.delayMs = 30;
  let sequence = 100;
  const sent = posts(serving.url, 300);
  let isSent = false;
  void sent.then(() => (isSent = true));
  while (!isSent) await serving.put(splitRoute(STABLE, CANDIDATE, 5000), (sequence += 1));
  serving.stable.delayMs = 0;
  const answers = await sent;
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  const total = async () => {
    const batches = (await evidence.batches()).filter(({ fence }) => fence.sequence >= 100 || fence.sequence === 7);
    return armSum(batches, STABLE) + armSum(batches, CANDIDATE) - 12;
  };
  await expect.poll(total, { timeout: 5000 }).toBe(300);
});

test('batches are numbered without gaps, follow each other per fence, and carry the hash of their body', async () => {
  const batches = await evidence.batches();
  expect(batches.map(({ index }) => index)).toEqual(batches.map((_, index) => index));
  const ends = new Map<string, string>();
  for (const { hash, ...body } of batches) {
    const digest = createHash('sha256').update(canonicalJson(body)).digest('hex');
    expect(hash).toBe(`sha256:${digest}`);
    const fence = canonicalJson(body.fence);
    expect(body.opened < body.sealed).toBe(true);
    if (ends.has(fence)) expect(body.opened >= (ends.get(fence) ?? '')).toBe(true);
    ends.set(fence, body.sealed);
  }
});

test('a candidate that dies at 10 %: no user notices, and its arm shows every one of its requests as an error', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 1000), 9000);
  await serving.candidate.kill();
  const answers = await posts(serving.url, 400);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  const batches = await evidence.batchesUnder(9000, (seen) => armSum(seen, STABLE) + armSum(seen, CANDIDATE) === 400);
  expect(armSum(batches, CANDIDATE)).toBeGreaterThan(0);
  expect(armSum(batches, CANDIDATE, 'errors')).toBe(armSum(batches, CANDIDATE));
  expect(armSum(batches, STABLE, 'errors')).toBe(0);
});
