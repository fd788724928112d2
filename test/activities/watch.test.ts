import { MockActivityEnvironment } from '@temporalio/testing';
import { Pool } from 'pg';
import { afterEach, expect, test } from 'vitest';
import { createWatchActivities, type WatchGate } from '../../activities/watch.ts';
import type { WatchResult } from '../../domain/watch.ts';
import { useDatabase } from '../store/database.ts';
import { depsWith } from '../support/deps.ts';
import { seal as sealIn, watchRequest as request, type Counts } from './support/gate-batches.ts';

const db = useDatabase();

let environment: MockActivityEnvironment | undefined;
afterEach(() => environment?.cancel());

test('no evidence within the time limit is inconclusive, whatever the reason for it', async () => {
  const { verdict } = await watch(request());
  expect(verdict).toMatchObject({ decision: 'inconclusive', reason: 'NoData' });
});

test('a candidate that fails half of its requests is failed by the batches alone', async () => {
  const asked = request();
  await seal(asked.endpoint, 12, { n: 50, errors: 25 }, { n: 450, errors: 0 });
  const { verdict } = await watch(asked);
  expect(verdict).toMatchObject({ decision: 'fail', reason: 'GateFailed' });
});

test('a repeated attempt comes to the same verdict, to the bit', async () => {
  const asked = request();
  await seal(asked.endpoint, 12, { n: 50, errors: 3 }, { n: 450, errors: 2 });
  const first = await watch(asked);
  expect((await watch(asked)).verdict).toEqual(first.verdict);
});

test('an evidence store that does not answer is an error, and only after the time that is allowed to be blind', async () => {
  const away = new Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' });
  let now = 0;
  const looks: number[] = [];
  const clock = () => (looks.push(now), (now += 1_000));
  const { verdict } = await watch(request({ maxBlindMs: 5_000, limitMs: null }), { pool: away, clock });
  expect(verdict).toMatchObject({ decision: 'error', reason: 'EvidenceUnreachable' });
  expect(verdict.summary).toContain('has not answered for');
  expect(now).toBeGreaterThan(5_000);
  await away.end();
});

test('a batch that was changed after it was sealed decides nothing', async () => {
  const asked = request();
  await seal(asked.endpoint, 1, { n: 50, errors: 25 }, { n: 450, errors: 0 });
  await db.asSuperuser(`
    SET session_replication_role = replica;
    ALTER TABLE slipway.gate_batches DISABLE TRIGGER ALL;
    UPDATE slipway.gate_batches SET body = jsonb_set(body, '{lost}', '7') WHERE endpoint = '${asked.endpoint}';
    ALTER TABLE slipway.gate_batches ENABLE TRIGGER ALL;
  `);
  const { verdict } = await watch(asked);
  expect(verdict).toMatchObject({ decision: 'error', reason: 'EvidenceUnreachable' });
  expect(verdict.summary).toContain('was changed after it was sealed');
});

test('the time limit does not begin again when a worker dies and another takes the watch over', async () => {
  const { verdict } = await watch(request({ limitMs: 3_600_000 }), { pool: db.pool }, Date.now() - 3_600_000);
  expect(verdict).toMatchObject({ decision: 'inconclusive', reason: 'NoData' });
});

test('a guard does not end because the gate passes, only because it fails', async () => {
  const asked = request({ mode: 'guard', limitMs: 1_200 });
  await seal(asked.endpoint, 40, { n: 500, errors: 0 }, { n: 500, errors: 0 });
  const began = Date.now();
  await watch(asked);
  expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
});

test("a window goes on with the last window's evidence", async () => {
  const asked = request({ mode: 'window', limitMs: 10 });
  await seal(asked.endpoint, 5, { n: 50, errors: 0 }, { n: 50, errors: 0 });
  const first = await watch(asked);
  await seal(asked.endpoint, 5, { n: 50, errors: 0 }, { n: 50, errors: 0 }, 5);
  const second = await watch({ ...asked, from: first.cursor });
  expect(second.verdict.samples.candidate).toBe(500);
  expect(second.verdict).toEqual((await watch(asked)).verdict);
});

function watch(
  asked: WatchGate,
  parts: Parameters<typeof depsWith>[0] = { pool: db.pool },
  scheduledTimestampMs = Date.now(),
): Promise<WatchResult> {
  environment = new MockActivityEnvironment({ scheduledTimestampMs });
  const { watchGate } = createWatchActivities(depsWith(parts));
  return environment.run(watchGate, asked);
}

function seal(endpoint: string, count: number, candidate: Counts, stable: Counts, from = 0): Promise<void> {
  return sealIn(db.pool, endpoint, count, candidate, stable, { from });
}
