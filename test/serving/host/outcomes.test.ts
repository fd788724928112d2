import { hash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Client } from 'pg';
import { createPostgresOutcomes } from '../../../serving/host/postgres-outcomes.ts';
import { slipway } from '../../client/recording-terminal.ts';
import { startHost, TOKEN, type RunningHost } from './support/host-fixture.ts';
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

test('labels of every type arrive by request and row, and the same one again counts once', async () => {
  const labels = [
    { endpoint: 'digits', requestId: 'a', label: 7 },
    { endpoint: 'digits', requestId: 'a', row: 1, label: 'se"ven' },
    { endpoint: 'digits', requestId: 'b', label: false },
  ];
  expect(await push(labels)).toMatchObject({ status: 200, body: { accepted: 3, repeated: 0, revised: 0, unknown: 3 } });
  const again = [{ ...labels[0], label: '7' }, labels[1], { endpoint: 'digits', requestId: 'c', label: 1 }];
  expect(await push(again)).toMatchObject({ body: { accepted: 1, repeated: 2, revised: 0 } });
  const { rows } = await client.query('select target, request_id, row, label from slipway.outcomes order by 2, 3');
  expect(rows).toEqual([
    { target: 'local', request_id: 'a', row: 0, label: 7 },
    { target: 'local', request_id: 'a', row: 1, label: 'se"ven' },
    { target: 'local', request_id: 'b', row: 0, label: false },
    { target: 'local', request_id: 'c', row: 0, label: 1 },
  ]);
});

test('another label takes the place of the first, which is kept beside it', async () => {
  const first = { endpoint: 'digits', requestId: 'changed', label: 'cat' };
  expect(await push([first, { ...first, label: 'dog' }])).toMatchObject({ body: { accepted: 1, revised: 1 } });
  const read = 'select label, revision from slipway.outcomes where request_id = $1';
  expect((await client.query(read, ['changed'])).rows).toEqual([{ label: 'dog', revision: 1 }]);
  const kept = 'select label, revision from slipway.outcome_revisions where request_id = $1';
  expect((await client.query(kept, ['changed'])).rows).toEqual([{ label: 'cat', revision: 0 }]);
});

test('an older truth that arrives late does not take the place of a later one', async () => {
  const label = { endpoint: 'digits', requestId: 'timed', label: 'paid', at: '2026-11-02T00:00:00Z' };
  await push([label]);
  const older = { ...label, label: 'open', at: '2026-11-01T00:00:00Z' };
  expect(await push([older])).toMatchObject({ body: { accepted: 0, repeated: 1, revised: 0 } });
  const read = 'select label from slipway.outcomes where request_id = $1';
  expect((await client.query(read, ['timed'])).rows).toEqual([{ label: 'paid' }]);
});

test('a label is credited to the version that served as soon as it comes', async () => {
  const insert = `insert into slipway.predictions
    (ts, target, endpoint, request_id, row, version, arm, role, epoch, sequence, status, latency_ms)
    values ('2026-11-01T10:00:00Z', 'local', 'digits', 'served', 0, 'v2', 'v3', $1, 1, 1, 200, 1)`;
  for (const role of ['live', 'shadow']) await client.query(insert, [role]);
  const served = { endpoint: 'digits', requestId: 'served', label: 1 };
  expect(await push([served])).toMatchObject({ body: { accepted: 1, unknown: 0 } });
  const read = 'select version, served_at from slipway.outcomes where request_id = $1';
  expect((await client.query(read, ['served'])).rows).toEqual([
    { version: 'v2', served_at: new Date('2026-11-01T10:00:00Z') },
  ]);
  await client.query("delete from slipway.predictions where request_id = 'served'");
});

describe('a file from the command line', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'slipway-push-'));
    await mkdir(join(home, 'serving'));
    await writeFile(join(home, 'serving', 'host.json'), JSON.stringify({ url: running.url }));
    await writeFile(join(home, 'serving', 'token'), TOKEN);
  });
  beforeEach(() => void vi.stubEnv('SLIPWAY_HOME', home));
  afterEach(() => void vi.unstubAllEnvs());
  afterAll(() => rm(home, { recursive: true }));

  test('counts once when it is pushed twice', async () => {
    const file = join(home, 'labels.csv');
    const lines = Array.from({ length: 3000 }, (_, i) => `pushed-${i},${i % 10}\n`);
    await writeFile(file, `request_id,label\n${lines.join('')}`);
    const push = () => slipway('outcomes', 'push', file, '--endpoint', 'digits');
    expect((await push()).out).toContain('3,000 accepted, 0 already known');
    expect((await push()).out).toContain('0 accepted, 3,000 already known');
    const wrong = await slipway('outcomes', 'push', file, '--endpoint', 'none');
    expect(wrong.err).toContain('there is no endpoint none');
  }, 30_000);

  test('brings rewards too, each once, and of two values for one request the first', async () => {
    const file = join(home, 'orders.csv');
    await writeFile(file, 'id,paid,amount\norder-1,true,12.5\norder-2,false,\norder-1,true,99\n');
    const push = (...rewards: string[]) => slipway('outcomes', 'push', file, '--endpoint', 'digits', ...rewards);
    const both = ['--reward', 'paid', '--reward', 'revenue=amount'];
    expect((await push(...both)).out).toContain('5 rewards sent: 3 new, 2 already known');
    expect((await push(...both)).out).toContain('0 new, 5 already known');
    const read = `select request_id, name, value from slipway.rewards where request_id like 'order-%' order by 1, 2`;
    expect((await client.query(read)).rows).toEqual([
      { request_id: 'order-1', name: 'paid', value: 1 },
      { request_id: 'order-1', name: 'revenue', value: 12.5 },
      { request_id: 'order-2', name: 'paid', value: 0 },
    ]);
    expect(await push('--reward', 'no name')).toMatchObject({ code: 2 });
    expect(await push('--reward', 'paid', '--label', 'paid')).toMatchObject({ code: 2 });
  }, 30_000);
});

/** As long as some that carry a signed token. */
const COOKIE = 'c'.repeat(4_000);

test('the predictions of one user are deleted, and no others', async () => {
  const insert = `insert into slipway.predictions (ts, target, endpoint, request_id, row, arm, role, epoch, sequence, user_id, status, latency_ms)
    values (now(), 'local', 'digits', $1, 0, 'v1', 'live', 1, 1, $2, 200, 1)`;
  for (const [request, user] of [
    ['1', 'ann/b'],
    ['2', 'ann/b'],
    ['3', 'bob'],
    ['4', `sha256:${hash('sha256', COOKIE)}`],
  ])
    await client.query(insert, [request, user]);
  expect(await running.ask('DELETE', '/endpoints/digits/users/ann%2Fb')).toMatchObject({
    status: 200,
    body: { deleted: 2 },
  });
  expect(await running.ask('DELETE', `/endpoints/digits/users/${COOKIE}`)).toMatchObject({ body: { deleted: 1 } });
  const { rows } = await client.query('select user_id from slipway.predictions');
  expect(rows).toEqual([{ user_id: 'bob' }]);
});

test('a database that answers is part of the health', async () => {
  expect(await running.ask('GET', '/healthz')).toMatchObject({
    body: { status: 'ok', parts: { store: { ok: true } } },
  });
});

test('rewards arrive by request, with a label or without, and the first value of a name stands', async () => {
  const brought = { endpoint: 'digits', requestId: 'bought', rewards: { paid: 1, revenue: 12.5 } };
  expect(await push([brought, { ...brought, row: 1, label: 3, rewards: { paid: 1 } }])).toMatchObject({
    status: 200,
    body: { accepted: 1, rewards: 3 },
  });
  expect(await push([{ ...brought, rewards: { paid: 1e200 } }]), 'sums of squares must be numbers').toMatchObject({
    status: 400,
  });
  expect(await push([{ ...brought, rewards: { paid: 7 } }])).toMatchObject({ body: { accepted: 0, rewards: 0 } });
  const read = `select row, name, value from slipway.rewards where request_id = 'bought' order by row, name`;
  expect((await client.query(read)).rows).toEqual([
    { row: 0, name: 'paid', value: 1 },
    { row: 0, name: 'revenue', value: 12.5 },
    { row: 1, name: 'paid', value: 1 },
  ]);
  for (const nothing of [{}, { rewards: {} }, { rewards: { paid: 'yes' } }, { rewards: { 'no name': 1 } }])
    expect(await push([{ endpoint: 'digits', requestId: 'bad', ...nothing }])).toMatchObject({ status: 400 });
});
