import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { createPostgresOutcomes } from '../../../serving/host/postgres-outcomes.ts';
import { startHost, type RunningHost } from './support/host-fixture.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';

let postgres: TestPostgres;
let running: RunningHost;
let client: Client;

beforeAll(async () => {
  postgres = await startPostgres();
  const store = { connectionString: postgres.appUrl, target: 'local', log: () => undefined };
  running = await startHost({ outcomes: createPostgresOutcomes(store) });
  client = new Client({ connectionString: postgres.superUrl });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await running.end();
  await postgres.stop();
});

const push = (outcomes: unknown) => running.ask('POST', '/outcomes', outcomes);

test('labels of every type arrive by request and row, and the first one stands', async () => {
  const labels = [
    { endpoint: 'digits', requestId: 'a', label: 7 },
    { endpoint: 'digits', requestId: 'a', row: 1, label: 'se"ven' },
    { endpoint: 'digits', requestId: 'b', label: false },
  ];
  expect(await push(labels)).toMatchObject({ status: 200, body: { accepted: 3, repeated: 0 } });
  expect(
    await push([
      { endpoint: 'digits', requestId: 'a', label: 8 },
      { endpoint: 'digits', requestId: 'c', label: 1 },
    ]),
  ).toMatchObject({
    body: { accepted: 1, repeated: 1 },
  });
  const { rows } = await client.query('select target, request_id, row, label from slipway.outcomes order by 2, 3');
  expect(rows).toEqual([
    { target: 'local', request_id: 'a', row: 0, label: 7 },
    { target: 'local', request_id: 'a', row: 1, label: 'se"ven' },
    { target: 'local', request_id: 'b', row: 0, label: false },
    { target: 'local', request_id: 'c', row: 0, label: 1 },
  ]);
});

test('the predictions of one user are deleted, and no others', async () => {
  const insert = `insert into slipway.predictions (ts, target, endpoint, request_id, row, arm, role, epoch, sequence, user_id, status, latency_ms)
    values (now(), 'local', 'digits', $1, 0, 'v1', 'live', 1, 1, $2, 200, 1)`;
  for (const [request, user] of [
    ['1', 'ann/b'],
    ['2', 'ann/b'],
    ['3', 'bob'],
  ])
    await client.query(insert, [request, user]);
  expect(await running.ask('DELETE', '/endpoints/digits/users/ann%2Fb')).toMatchObject({
    status: 200,
    body: { deleted: 2 },
  });
  const { rows } = await client.query('select user_id from slipway.predictions');
  expect(rows).toEqual([{ user_id: 'bob' }]);
});

test('a database that answers is part of the health', async () => {
  expect(await running.ask('GET', '/healthz')).toMatchObject({
    body: { status: 'ok', parts: { store: { ok: true } } },
  });
});
