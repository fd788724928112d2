import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { batchHash } from '../../activities/evidence/batch-hash.ts';
import { allocateEpoch } from '../../activities/store/epochs.ts';
import { appendLedger } from '../../activities/store/ledger.ts';
import { endpointStanding } from '../../activities/store/monitored.ts';
import { readOnly } from '../../client/endpoint/database.ts';
import { productionOf, readProduction } from '../../client/endpoint/production.ts';
import { readRuns } from '../../client/endpoint/runs.ts';
import { DAY, readTraffic } from '../../client/endpoint/traffic-day.ts';
import { readHistory } from '../../client/ledger.ts';
import type { ArmCounts } from '../../domain/gate-batch.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { msToIndex } from '../../gates/histogram.ts';
import { slipway } from '../client/recording-terminal.ts';
import { useDatabase } from './database.ts';
import { batchBody, DIGITS, entry } from './samples.ts';

const db = useDatabase();
const [V1, V2, V3] = ['v1-aaaaaaaaaaaa', 'v2-bbbbbbbbbbbb', 'v3-cccccccccccc'] as const;
const minute = (of: number) => `2026-05-01T12:${String(of).padStart(2, '0')}:00.000Z`;

test('runs come newest first, each with its cause, its end and its run in Temporal', async () => {
  await write(
    {
      endpoint: 'runs',
      epoch: await allocateEpoch(db.pool, { target: 'local', endpoint: 'runs', rolloutKey: 'run-one', floor: 0 }),
    },
    [
      { reason: 'RolloutStarted', detail: { candidate: { key: V2 } }, actor: { name: 'anna', proof: 'asserted' } },
      { reason: 'GateFailed', stage: 'done', detail: { outcome: 'rolled_back', message: 'latency.p99' } },
      { reason: 'ServesAsBefore', detail: { message: 'after the end' } },
    ],
  );
  await write({ endpoint: 'runs', epoch: 2 }, [{ reason: 'DrillStarted', detail: {} }]);
  const [drill, rollout] = await readRuns(db.urls.appUrl, { target: 'local', endpoint: 'runs' }, 5);
  expect(drill).toMatchObject({ kind: 'drill', outcome: null, endedAt: null, runId: null });
  expect(rollout).toEqual({
    ...{ rolloutId: 'local.runs.1', kind: 'rollout', candidate: V2, startedAt: minute(0), endedAt: minute(1) },
    ...{ by: { name: 'anna', proof: 'asserted' }, outcome: 'rolled_back', reason: 'GateFailed' },
    ...{ detail: 'latency.p99', runId: 'run-one' },
  });
  expect(await readRuns(db.urls.appUrl, { target: 'local', endpoint: 'runs' }, 1)).toHaveLength(1);
});

test('a run that was found ended by force is over, when it was found', async () => {
  const { message, ...place } = { target: 'local', endpoint: 'forced', message: 'found open with nothing running' };
  await write({ endpoint: 'forced', epoch: await allocateEpoch(db.pool, { ...place, rolloutKey: 'one', floor: 0 }) }, [
    { reason: 'RolloutStarted', detail: {} },
    { reason: 'FoundTerminated', stage: 'done', detail: { message } },
  ]);
  expect(await readRuns(db.urls.appUrl, place, 5)).toMatchObject([
    { endedAt: minute(1), outcome: null, reason: 'FoundTerminated', detail: message },
  ]);
});

test('the traffic of a day is found without reading the batches of the months before it', async () => {
  await db.asOwner(`
    ALTER TABLE slipway.gate_batches DISABLE TRIGGER gate_batches_gap_free;
    INSERT INTO slipway.gate_batches (target, endpoint, index, epoch, sequence, opened_at, sealed_at, body, hash)
    SELECT 'local', 'months', i, 1, 1, at, at, jsonb_build_object('endpoint', 'months', 'index', i, 'fence', '{"epoch":1,"sequence":1}'::jsonb,
      'arms', '[]'::jsonb, 'filler', repeat(md5(i::text), 8)), 'sha256:' || repeat('0', 64)
    FROM generate_series(0, 49999) AS i, LATERAL (SELECT '2026-01-01T00:00:00Z'::timestamptz + i * interval '1 minute' AS at) AS times;
    ALTER TABLE slipway.gate_batches ENABLE TRIGGER gate_batches_gap_free;`);
  await db.asOwner('ANALYZE slipway.gate_batches');
  const lastDay = ['local', 'months', '2026-02-03T00:00:00Z', '2026-02-04T00:00:00Z'];
  const { rows } = await db.pool.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT body -> 'arms' ${DAY}`,
    lastDay,
  );
  const { Plan } = rows[0]?.['QUERY PLAN'][0] ?? { Plan: {} };
  const [size] = await db.asOwner(`SELECT pg_relation_size('slipway.gate_batches') / 8192 AS pages`);
  expect(Plan['Actual Rows']).toBe(1_440);
  const read = (Plan['Shared Hit Blocks'] ?? Infinity) + (Plan['Shared Read Blocks'] ?? Infinity);
  expect(read).toBeLessThan(Number(size?.['pages']) / 10);
});

test('while Temporal is away the page is written with what the ledger knows, whole or not at all', async () => {
  const place = { endpoint: 'alone', epoch: 1 };
  await write(place, [{ reason: 'TrafficShifted', detail: { route: { arms: [{ version: V1, weight: 10_000 }] } } }]);
  const folder = await mkdtemp(join(tmpdir(), 'slipway-page-'));
  vi.stubEnv('DATABASE_URL', db.urls.appUrl);
  vi.stubEnv('SLIPWAY_HOME', folder);
  vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
  try {
    const file = join(folder, 'alone.html');
    expect(await slipway('status', 'alone', '--html', file)).toMatchObject({ code: 0 });
    const page = await readFile(file, 'utf8');
    expect(page).toContain(`<b>v1</b> <code>${V1}</code>`);
    expect(page.match(/Not known: Temporal at 127.0.0.1:1 does not answer/g)?.length).toBeGreaterThan(2);
    expect(await readdir(folder)).toEqual(['alone.html']);
    expect((await slipway('status', 'alone')).out).toContain('Temporal at 127.0.0.1:1 does not answer');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a database that refuses says why, and only one that does not answer has to be started', async () => {
  const url = new URL(db.urls.appUrl);
  const broken = readOnly(url.href, 'the ledger', (client) => client.query('SELECT 1/0'));
  await expect(broken).rejects.toThrow(/^the ledger at \S+ cannot be read: division by zero$/);
  url.port = '1';
  const away = readOnly(url.href, 'the ledger', (client) => client.query('SELECT 1'));
  await expect(away).rejects.toThrow(/ECONNREFUSED.*start the local stack with `slipway up`/);
});

test('the entries of the watch are no run, and neither say that the endpoint is busy nor that it is free', async () => {
  const place = { target: 'local', endpoint: 'watched' };
  await write({ endpoint: 'watched', epoch: 1 }, [{ reason: 'RolloutStarted', stage: 'preflight', step: null }]);
  const noted = { rolloutId: 'monitor.local.watched.1a2b3c4d', stage: 'done', step: 'monitor' } as const;
  const by = { name: 'ada', proof: 'asserted' } as const;
  await appendLedger(db.pool, [
    entry('watch:1', { ...place, ...noted, reason: 'WatchPaused', actor: by, detail: { message: 'load test' } }),
  ]);
  expect(await endpointStanding(db.pool, place)).toEqual({ busy: true, serving: null, promotion: null });
  expect(await readRuns(db.urls.appUrl, place, 5)).toHaveLength(1);
  const own = await readHistory(db.urls.appUrl, { ...place, step: 'monitor', limit: 5 });
  expect(own).toMatchObject([{ reason: 'WatchPaused', actor: by }]);
  await write({ endpoint: 'watched', epoch: 2 }, [{ reason: 'Promoted', stage: 'done', detail: { serving: V1 } }]);
  expect(await endpointStanding(db.pool, place)).toEqual({ busy: false, serving: V1, promotion: 'local.watched.2' });
});

test('a canary that goes back takes nothing from the time that stable was in production', async () => {
  const route = (...arms: (readonly [string, number])[]) => ({
    detail: { route: { arms: arms.map(([version, weight]) => ({ version, weight })) } },
  });
  await write({ endpoint: 'splits', epoch: 1 }, [route([V1, 10_000])]);
  await write({ endpoint: 'splits', epoch: 2 }, [
    { detail: { snapshot: route([V1, 10_000]).detail } },
    route([V1, 9_000], [V2, 1_000]),
    route([V1, 10_000], [V2, 0]),
    route([V3, 10_000]),
  ]);
  const { splits, reigns } = await readProduction(db.urls.appUrl, { target: 'local', endpoint: 'splits' });
  expect(splits.map(({ arms }) => arms.map(({ weight }) => weight))).toEqual([
    [10_000],
    [9_000, 1_000],
    [10_000],
    [10_000],
  ]);
  expect(splits.at(-1)).toMatchObject({ from: minute(3), to: null });
  expect(reigns).toEqual([
    { version: V1, from: minute(0), to: minute(3), rolloutId: 'local.splits.1' },
    { version: V3, from: minute(3), to: null, rolloutId: 'local.splits.2' },
  ]);
});

test('a version that was taken back with none behind it is no longer in production, until it comes again', () => {
  const route = (weight: number) => ({ arms: weight === 0 ? [] : [{ version: V1, weight }] });
  const at = (of: number, weight: number) => ({ at: minute(of), rolloutId: `r${of}`, route: route(weight) });
  const { reigns } = productionOf([at(0, 10_000), at(1, 0), at(2, 10_000)]);
  expect(reigns).toEqual([
    { version: V1, from: minute(0), to: minute(1), rolloutId: 'r0' },
    { version: V1, from: minute(2), to: null, rolloutId: 'r2' },
  ]);
});

test('requests of a day are added up by version and time, from sealed batches inside it alone', async () => {
  const arm = (version: string, n: number, ms: number): ArmCounts => ({
    ...{ version, n, errors: 1, timeouts: 0, rejected: 2, latency: [[msToIndex(ms), n]], users: null },
  });
  await seal(0, minute(0), [arm(V1, 1_000, 5)]);
  await seal(1, minute(10), [arm(V1, 50, 5)]);
  await seal(2, minute(20), [arm(V1, 50, 20), arm(V2, 10, 80)]);
  const day = await readTraffic(db.urls.appUrl, { ...DIGITS, since: minute(5), until: minute(30) });
  expect(day.since).toBe('2026-05-01T12:09:50.000Z');
  expect(day.intervals.map(({ versions }) => versions.map(({ n }) => n))).toEqual([[50], [50, 10]]);
  const [first, second] = day.totals;
  expect(first).toMatchObject({ version: V1, n: 100, errors: 2, rejected: 4 });
  // Buckets of the sketch are one per cent wide to either side.
  expect((first?.latency?.p50 ?? 0) / 5).toBeCloseTo(1, 1);
  expect((first?.latency?.p99 ?? 0) / 20).toBeCloseTo(1, 1);
  expect(second).toMatchObject({ version: V2, n: 10 });
});

/** Rows of one run, a minute apart. */
async function write(
  { endpoint, epoch }: { readonly endpoint: string; readonly epoch: number },
  rows: readonly Partial<LedgerEntry>[],
): Promise<void> {
  const rolloutId = `local.${endpoint}.${epoch}`;
  const entries = rows.map((row, i) =>
    entry(`${rolloutId}:${i + 1}`, { endpoint, rolloutId, rolloutSequence: i + 1, effectiveAt: minute(i), ...row }),
  );
  await appendLedger(db.pool, entries);
}

async function seal(index: number, sealed: string, arms: readonly ArmCounts[]): Promise<void> {
  const opened = new Date(Date.parse(sealed) - 10_000).toISOString();
  const body = batchBody(index, { opened, sealed, arms });
  await db.pool.query(
    `INSERT INTO slipway.gate_batches (target, endpoint, index, epoch, sequence, opened_at, sealed_at, body, hash)
     VALUES ('local', $1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      body.endpoint,
      index,
      body.fence.epoch,
      body.fence.sequence,
      opened,
      sealed,
      JSON.stringify(body),
      batchHash(body),
    ],
  );
}
