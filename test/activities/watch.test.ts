import { MockActivityEnvironment } from '@temporalio/testing';
import { Pool } from 'pg';
import { afterEach, expect, test } from 'vitest';
import { batchHash } from '../../activities/evidence/batch-hash.ts';
import { createWatchActivities, type WatchGate } from '../../activities/watch.ts';
import { planRollout } from '../../domain/plan.ts';
import type { ArmCounts, GateBatchBody } from '../../domain/gate-batch.ts';
import type { WatchResult } from '../../domain/watch.ts';
import { useDatabase } from '../store/database.ts';
import { depsWith } from '../support/deps.ts';

const db = useDatabase();
const CANDIDATE = 'v2-222222222222';
const STABLE = 'v1-111111111111';

let endpoints = 0;
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

function request(change: Partial<WatchGate> = {}): WatchGate {
  const endpoint = `e${(endpoints += 1)}`;
  const plan = planRollout({ endpoint, model: 'm' });
  return {
    target: 'local',
    endpoint,
    mode: 'decide',
    limitMs: 10,
    maxBlindMs: 60_000,
    from: null,
    entries: [],
    question: {
      stage: 'canary',
      candidate: CANDIDATE,
      stable: STABLE,
      plan: plan.gates,
      shadow: null,
      epoch: 1,
      stageSequence: 1,
      stepSequence: 1,
      weight: 5_000,
      nextWeight: 10_000,
      minDurationMs: 0,
    },
    ...change,
  };
}

type Counts = Pick<ArmCounts, 'n' | 'errors'>;

async function seal(endpoint: string, count: number, candidate: Counts, stable: Counts, from = 0): Promise<void> {
  for (let index = from; index < from + count; index += 1) {
    const body: GateBatchBody = {
      endpoint,
      index,
      fence: { epoch: 1, sequence: 1 },
      opened: new Date(index * 10_000).toISOString(),
      sealed: new Date((index + 1) * 10_000).toISOString(),
      arms: [arm(STABLE, stable), arm(CANDIDATE, candidate)],
      pairs: [],
      labels: [],
      lost: 0,
    };
    await db.pool.query(
      `INSERT INTO slipway.gate_batches (target, endpoint, index, epoch, sequence, opened_at, sealed_at, body, hash)
       VALUES ('local', $1, $2, 1, 1, $3, $4, $5, $6)`,
      [endpoint, index, body.opened, body.sealed, JSON.stringify(body), batchHash(body)],
    );
  }
}

function arm(version: string, { n, errors }: Counts): ArmCounts {
  return { version, n, errors, timeouts: 0, rejected: 0, latency: [[100, n]], users: null };
}
