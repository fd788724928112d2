import { afterAll, beforeAll, expect, test } from 'vitest';
import { mirrorRoute, splitRoute, wholeRoute } from '../../../domain/route.ts';
import { startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { post } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

let evidence: Evidence;
let serving: Serving;
beforeAll(async () => {
  evidence = await startEvidence();
  const capture = { userHeader: 'x-user', redact: ['name'] };
  serving = await startServing({ databaseUrl: evidence.database.appUrl, capture });
});
afterAll(async () => {
  await serving.stop();
  await evidence.stop();
});

interface Line {
  readonly row: number;
  readonly version: string | null;
  readonly arm: string;
  readonly role: string;
  readonly epoch: string;
  readonly sequence: string;
  readonly user_id: string | null;
  readonly status: number;
  readonly latency_ms: number;
  readonly input: unknown;
  readonly prediction: unknown;
}

test('each row of a prediction is logged with who asked, who answered, under which fence, and what', async () => {
  serving.stable.predict = () => 'yes';
  await serving.put(wholeRoute(STABLE), 3);
  const body = JSON.stringify({
    inputs: [
      { age: 40, name: 'Ann' },
      { age: 50, name: 'Bob' },
    ],
  });
  await post(serving.url, { body, headers: { 'x-request-id': 'a', 'x-user': 'u1' } });
  const lines = await linesOf('a', 2);
  const common = { version: STABLE, arm: STABLE, role: 'live', epoch: '1', sequence: '3', user_id: 'u1', status: 200 };
  expect(lines).toMatchObject([
    { ...common, row: 0, input: { age: 40, name: null }, prediction: 'yes' },
    { ...common, row: 1, input: { age: 50, name: null }, prediction: 'yes' },
  ]);
  expect(lines[0]?.latency_ms).toBeGreaterThan(0);
});

test('a copy is logged as one, beside its original', async () => {
  serving.candidate.predict = () => 'no';
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 4);
  await post(serving.url, { headers: { 'x-request-id': 'b', 'x-user': 'u1' } });
  expect(await linesOf('b', 2)).toMatchObject([
    { role: 'live', arm: STABLE, version: STABLE, input: 1, prediction: 'yes', user_id: 'u1', sequence: '4' },
    { role: 'shadow', arm: CANDIDATE, version: CANDIDATE, input: null, prediction: 'no', user_id: 'u1', sequence: '4' },
  ]);
});

test('bodies that are too large are left out, the line is not; those of unknown length are in it', async () => {
  await serving.put(wholeRoute(STABLE), 5);
  const body = JSON.stringify({ inputs: ['x'.repeat(100_000)] });
  await post(serving.url, { body, headers: { 'x-request-id': 'large' } });
  await post(serving.url, { body, isChunked: true, headers: { 'x-request-id': 'large-chunked' } });
  await post(serving.url, { isChunked: true, headers: { 'x-request-id': 'chunked' } });
  expect(await linesOf('large', 1)).toMatchObject([{ input: null, prediction: ['yes'], status: 200, user_id: null }]);
  expect(await linesOf('large-chunked', 1)).toMatchObject([{ input: null, prediction: ['yes'], status: 200 }]);
  expect(await linesOf('chunked', 1)).toMatchObject([{ input: 1, prediction: 'yes', status: 200 }]);
});

test('bodies that no database could hold as they are cost no other line', async () => {
  await post(serving.url, { body: '{"inputs":["\\u0000\\ud800"]}', headers: { 'x-request-id': 'odd' } });
  await post(serving.url, { body: 'no json', headers: { 'x-request-id': 'text', 'content-type': 'text/csv' } });
  await post(serving.url, { headers: { 'x-request-id': 'n'.repeat(3000) } });
  expect(await linesOf('odd', 1)).toMatchObject([{ input: '\ufffd\ufffd' }]);
  expect(await linesOf('text', 1)).toMatchObject([{ input: null, status: 200 }]);
  await linesOf('n'.repeat(200), 1);
});

test('without sampling there are lines, but no bodies', async () => {
  const { capture } = serving.desired(wholeRoute(STABLE), 5).settings;
  await serving.put(wholeRoute(STABLE), 5, { capture: { ...capture, sample: 0 } });
  await post(serving.url, { headers: { 'x-request-id': 'unsampled' } });
  expect(await linesOf('unsampled', 1)).toMatchObject([{ row: 0, input: null, prediction: null, status: 200 }]);
});

test('who answered is told apart from who was asked', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 10_000), 6);
  await serving.candidate.kill();
  await post(serving.url, { headers: { 'x-request-id': 'rescued' } });
  expect(await linesOf('rescued', 1)).toMatchObject([{ arm: CANDIDATE, version: STABLE, status: 200 }]);
});

test('a user whose name is too long for an index is kept by a digest of it', async () => {
  const name = 'long'.repeat(1_000);
  await post(serving.url, { headers: { 'x-request-id': 'of-long', 'x-user': name } });
  const [line] = await linesOf('of-long', 1);
  expect(line?.user_id).toMatch(/^sha256:[0-9a-f]{64}$/);
  const { rows } = await evidence.client.query("select slipway.forget_user('local', 'digits', $1) as deleted", [name]);
  expect(rows).toEqual([{ deleted: '1' }]);
});

test('what is recorded of one user can be deleted', async () => {
  const { rows } = await evidence.client.query("select slipway.forget_user('local', 'digits', 'u1') as deleted");
  expect(rows).toEqual([{ deleted: '4' }]);
});

function linesOf(requestId: string, count: number): Promise<Line[]> {
  return until(
    `${count} lines of ${requestId}`,
    async () => {
      const query = 'select * from slipway.predictions where request_id = $1 order by role, row';
      return (await evidence.client.query<Line>(query, [requestId])).rows;
    },
    (lines) => lines.length === count,
  );
}
