import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BatchSink } from '../../../serving/capture/batch-sink.ts';
import type { Draft } from '../../../serving/capture/fence-tally.ts';
import { openCohortRing } from '../../../serving/capture/labels/cohort-ring.ts';
import { createCohorts } from '../../../serving/capture/labels/cohorts.ts';
import { createPostgresSink } from '../../../serving/capture/postgres-sink.ts';
import type { PostgresSinkOptions } from '../../../serving/capture/postgres-sink.ts';
import { recordsOf } from '../../../serving/capture/record.ts';
import type { PredictionRow } from '../../../serving/capture/record.ts';
import { startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { observed } from '../support/observations.ts';

let evidence: Evidence;
const sinks: BatchSink[] = [];
beforeAll(async () => void (evidence = await startEvidence()));
afterAll(async () => {
  await Promise.all(sinks.map((sink) => sink.close()));
  await evidence.stop();
});

test('batches of an endpoint are numbered one after the other, by whichever process stores them', async () => {
  const [first, second] = [newSink(), newSink()];
  const stored = [
    await first.addBatch(draft(0), 0),
    await first.addBatch(draft(1), 0),
    await second.addBatch(draft(2), 0),
  ];
  expect(stored.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(await evidence.batches()).toEqual(stored);
});

test('a draft that is given again, since nobody knows whether it was stored, is stored once', async () => {
  const [first, second] = [newSink(), newSink()];
  const stored = await first.addBatch(draft(3), 0);
  expect(await first.addBatch(draft(3), 0)).toEqual(stored);
  expect(await second.addBatch(draft(3), 0)).toEqual(stored);
  expect((await second.addBatch(draft(4), 0)).index).toBe(stored.index + 1);
});

test('a number that another process took meanwhile is not taken twice: the next try gets the one behind', async () => {
  const [first, second] = [newSink(), newSink()];
  const { index } = await first.addBatch(draft(5), 0);
  await second.addBatch(draft(6), 0);
  await expect(first.addBatch(draft(7), 0)).rejects.toMatchObject({ code: '23505' });
  expect((await first.addBatch(draft(7), 0)).index).toBe(index + 2);
});

test('a row that PostgreSQL refuses costs no other, and is told of', async () => {
  const rows = Array.from({ length: 9 }, (_, index) => row(index === 4 ? 'no json' : '{"a":1}'));
  expect(await newSink().addPredictions(rows)).toBe(1);
  const { rowCount } = await evidence.client.query('select from slipway.predictions');
  expect(rowCount).toBe(8);
});

test('a prediction that is stored twice is there once', async () => {
  const rows = [row('1')];
  const sink = newSink();
  expect([await sink.addPredictions(rows), await sink.addPredictions(rows)]).toEqual([0, 0]);
  const query = 'select from slipway.predictions where request_id = $1';
  expect((await evidence.client.query(query, [rows[0]?.requestId])).rowCount).toBe(1);
});

test('what is older than the endpoint keeps is deleted, other endpoints keep theirs', async () => {
  const sink = newSink();
  const old = Date.now() - 10 * 86_400_000;
  const kept = [
    { ...row('1'), ts: old, endpoint: 'long' },
    { ...row('1'), ts: Date.now(), endpoint: 'short' },
  ];
  const expired = { ...row('1'), ts: old, endpoint: 'short' };
  await sink.addPredictions([...kept, expired]);
  const days = new Map(Object.entries({ long: 30, short: 7 }));
  await sink.keepHouse(days);
  const query = "select request_id from slipway.predictions where endpoint in ('long', 'short') order by endpoint";
  expect((await evidence.client.query(query)).rows).toEqual(kept.map(({ requestId }) => ({ request_id: requestId })));
});

test('labels of a draft that is given again are counted once, and known as counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-sink-'));
  const cohorts = createCohorts((endpoint, everyMs) => openCohortRing(folder, endpoint, everyMs));
  cohorts.begin('digits', 1000);
  const sink = newSink({ cohorts });
  const made = { ...row('1'), ts: time(20), requestId: 'labelled', epoch: 1, sequence: 1, prediction: '7' };
  await sink.addPredictions([made]);
  cohorts.addPredictions('digits', { at: time(20), fence: { epoch: 1, sequence: 1 } }, 'v1', 1);
  const first = await sink.addBatch(draft(20), 0);
  const insert = `insert into slipway.outcomes (target, endpoint, request_id, row, label, received_at)
    values ('local', 'digits', 'labelled', 0, '7', $1)`;
  await evidence.client.query(insert, [new Date(time(20.5)).toISOString()]);
  const second = await sink.addBatch(draft(21), 0);
  const again = [await sink.addBatch(draft(21), 0), await newSink({ cohorts }).addBatch(draft(21), 0)];
  expect(again).toEqual([second, second]);
  expect(second.labels).toEqual([
    { ...{ version: 'v1', n: 1, correct: 1 }, cohort: first.index, revision: second.index, predictions: 1, earlier: 0 },
  ]);
  expect((await sink.addBatch(draft(22), 0)).labels).toEqual([]);
  const known = cohorts.find('digits', { at: time(20), fence: { epoch: 1, sequence: 1 } });
  expect(known?.versions).toEqual({ v1: { predictions: 1, labelled: 1 } });
  cohorts.close();
  rmSync(folder, { recursive: true });
});

test('a push of ids that nobody knows takes no part of the batches’ time but a bounded one', async () => {
  const sink = newSink();
  await evidence.client.query(`insert into slipway.outcomes (target, endpoint, request_id, row, label, received_at)
    select 'local', 'digits', 'nobody-' || i, 0, '7', now() - interval '1 hour' from generate_series(1, 1200) i`);
  const looked = async () => {
    const query = "select from slipway.outcomes where request_id like 'nobody-%' and look_at > now()";
    return (await evidence.client.query(query)).rowCount;
  };
  const seen: (number | null)[] = [];
  for (const second of [30, 31, 32, 33]) {
    await sink.addBatch(draft(second), 0);
    seen.push(await looked());
  }
  expect(seen).toEqual([500, 1000, 1200, 1200]);
});

test('a label that came an hour before its prediction is credited when it is looked for again', async () => {
  const sink = newSink();
  await evidence.client.query(`insert into slipway.outcomes (target, endpoint, request_id, row, label, received_at)
    values ('local', 'digits', 'early', 0, '7', now() - interval '1 hour')`);
  const [opened, sealed] = [0, 1000].map((after) => new Date(Date.now() + after).toISOString());
  const now = { ...draft(40), opened: opened ?? '', sealed: sealed ?? '' };
  expect((await sink.addBatch(now, 0)).labels).toEqual([]);
  const wait = "select look_at - now() > interval '9 minutes' as far from slipway.outcomes where request_id = 'early'";
  expect((await evidence.client.query(wait)).rows).toEqual([{ far: true }]);
  await sink.addPredictions([{ ...row('1'), ts: Date.now() - 120_000, requestId: 'early', prediction: '7' }]);
  await evidence.client.query("update slipway.outcomes set look_at = now() where request_id = 'early'");
  const next = { ...now, opened: now.sealed, sealed: new Date(Date.now() + 2000).toISOString() };
  expect((await sink.addBatch(next, 0)).labels).toEqual([{ version: 'v1', n: 1, correct: 1 }]);
});

test('late ends of the canary take no user of a test: the test would never see it', async () => {
  const sink = newSink();
  await evidence.client.query(`insert into slipway.test_users (target, endpoint, epoch, user_id, arm, first_at, due_at)
    values ('local', 'digits', 1, 'u1', 'v1', '2000-01-01', '2000-01-02')`);
  const late = await sink.addBatch({ ...draft(50), isLate: true }, 0);
  expect(late).not.toHaveProperty('rewards');
  // What is said to the sink alone is no part of what is sealed.
  expect(late).not.toHaveProperty('isLate');
  const own = { ...draft(50), fence: { epoch: 1, sequence: 2 } };
  expect((await sink.addBatch(own, 0)).rewards).toEqual([{ version: 'v1', users: 1, rewards: {} }]);
});

function newSink(options: Partial<PostgresSinkOptions> = {}): BatchSink {
  const connectionString = evidence.database.appUrl;
  const sink = createPostgresSink({ connectionString, target: 'local', onFault: () => undefined, ...options });
  sinks.push(sink);
  return sink;
}

function time(second: number): number {
  return 1_700_000_000_000 + second * 1000;
}

function draft(second: number): Draft {
  const [opened = '', sealed = ''] = [second, second + 1].map((end) => new Date(time(end)).toISOString());
  return { endpoint: 'digits', fence: { epoch: 1, sequence: 1 }, opened, sealed, arms: [], pairs: [], lost: 0 };
}

function row(input: string): PredictionRow {
  const settings = { sample: 1, redact: [], retentionDays: 1, userHeader: null, tolerance: 0 };
  const [record] = recordsOf(observed(), settings);
  if (record === undefined) throw new Error('no record');
  return { ...record, input };
}
