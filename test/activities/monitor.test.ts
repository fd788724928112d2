import { MockActivityEnvironment } from '@temporalio/testing';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import type { Deps } from '../../activities/deps.ts';
import { createMonitorActivities, type ExaminedWindow, type ExamineWindow } from '../../activities/monitor.ts';
import { appendLedger } from '../../activities/store/ledger.ts';
import { profileDigest } from '../../activities/registry/profile.ts';
import { createPool } from '../../activities/store/pool.ts';
import { rememberVersion } from '../../activities/store/versions.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { planMonitor, type MonitorPlan, type MonitorSpec } from '../../domain/monitor.ts';
import type { Profile } from '../../domain/profile.ts';
import { planRollout } from '../../domain/plan.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { useDatabase } from '../store/database.ts';
import { entry } from '../store/samples.ts';
import { depsWith } from '../support/deps.ts';
import { STABLE as OLD, CANDIDATE as NEW } from '../support/world.ts';
import { CANDIDATE, seal as sealIn, STABLE, type Counts } from './support/gate-batches.ts';

const db = useDatabase();
const NOTHING: Counts = { n: 0, errors: 0 };
let endpoints = 0;

test('what was promoted last says what is watched, and the ledger which version serves', async () => {
  const endpoint = fresh();
  await promoted(endpoint, CANDIDATE, { monitor: { window: '1m', policy: { errors: 'rollback' } } });
  const monitored = await run().recallMonitored({ target: 'local', endpoint });
  expect(monitored).toMatchObject({ model: 'digits', rolloutId: `local.${endpoint}.1`, version: CANDIDATE });
  expect(monitored.plan).toMatchObject({ windowMs: 60_000, policy: { errors: 'rollback', latency: 'notify' } });
  expect(monitored.link).toBe(`http://127.0.0.1/namespaces/default/workflows/monitor.local.${endpoint}`);
});

test('plans of releases that knew no monitor are watched by the defaults; what says not to watch is not', async () => {
  const old = fresh();
  const { monitor: _, ...plan } = planRollout({ endpoint: old, model: 'digits' });
  await ledger(old, 'RolloutStarted', { detail: { plan } });
  await ledger(old, 'Promoted', { stage: 'done', detail: { serving: CANDIDATE } });
  expect((await run().recallMonitored({ target: 'local', endpoint: old })).plan).toMatchObject({ windowMs: 300_000 });
  const left = fresh();
  await promoted(left, CANDIDATE, { monitor: false });
  expect((await run().recallMonitored({ target: 'local', endpoint: left })).plan).toBeNull();
  await expect(run().recallMonitored({ target: 'local', endpoint: fresh() })).rejects.toThrow('nothing was promoted');
});

test('a window holds what was sealed since the last one, and what was there before the watch began is not judged', async () => {
  const endpoint = fresh();
  await promoted(endpoint);
  await seal(endpoint, 6, { n: 50, errors: 50 });
  const first = await look(endpoint);
  expect(first).toMatchObject({ version: CANDIDATE, afterIndex: 5, findings: [], unjudged: null });
  await seal(endpoint, 6, { n: 50, errors: 25 }, 6);
  const second = await look(endpoint, first);
  expect(second).toMatchObject({ afterIndex: 11, findings: [{ kind: 'errors', severity: 'critical', value: 0.5 }] });
  expect((await look(endpoint, first)).findings, 'a repeated look').toEqual(second.findings);
  expect((await look(endpoint, second)).afterIndex).toBe(11);
});

test('nothing is judged while a rollout is under way, and its batches are nobody’s afterwards', async () => {
  const endpoint = fresh();
  await promoted(endpoint);
  await seal(endpoint, 1, NOTHING);
  const before = await look(endpoint);
  await ledger(endpoint, 'TrafficShifted', { rolloutId: `local.${endpoint}.2` });
  await seal(endpoint, 6, { n: 50, errors: 50 }, 1);
  const during = await look(endpoint, before);
  expect(during).toMatchObject({ findings: null, unjudged: 'a rollout is under way', afterIndex: 6 });
  await ledger(endpoint, 'Held', { rolloutId: `local.${endpoint}.2`, stage: 'done', detail: { serving: CANDIDATE } });
  expect(await look(endpoint, during)).toMatchObject({ findings: [], unjudged: null });
});

test('labels that say that accuracy was lost are a finding, for the version that serves alone', async () => {
  const endpoint = fresh();
  await promoted(endpoint);
  await label(endpoint, CANDIDATE, { right: 60, wrong: 40 });
  await label(endpoint, STABLE, { right: 0, wrong: 100 });
  const plan = (accuracy: number): MonitorSpec => ({ quality: { over: '1h', min: { accuracy } } });
  const { findings } = await look(endpoint, START, {}, plan(0.9));
  expect(findings).toMatchObject([
    { kind: 'quality', subject: 'accuracy', severity: 'critical', value: 0.6, limit: 0.9 },
  ]);
  expect((await look(endpoint, START, {}, plan(0.65))).findings, 'a limit inside the interval').toEqual([]);
  expect((await look(endpoint)).findings, 'no limit').toEqual([]);
});

test('a slice whose accuracy was lost is found by itself, though all together is as it should be', async () => {
  const endpoint = fresh();
  await promoted(endpoint);
  await label(endpoint, CANDIDATE, { right: 960, wrong: 40 });
  // The labels that are wrong are the last ones.
  const slices = [
    { name: 'late', where: 'place > 940' },
    { name: 'early', where: 'place <= 940' },
  ];
  const { findings } = await look(endpoint, START, {}, { quality: { over: '1h', min: { accuracy: 0.9 }, slices } });
  expect(findings).toMatchObject([{ kind: 'quality', subject: 'accuracy of late', severity: 'critical', limit: 0.9 }]);
  expect(findings?.[0]?.summary).toContain('accuracy of slice "late" is 0.333 on 60 labels');
});

test('a question of quality that takes the store too long is said, and hides nothing else of the window', async () => {
  const endpoint = fresh();
  await promoted(endpoint);
  await seal(endpoint, 6, { n: 50, errors: 25 });
  const holder = new Client({ connectionString: db.urls.ownerUrl });
  await holder.connect();
  const pool = createPool({ url: db.urls.appUrl, statementTimeoutMs: 3_000 });
  try {
    await holder.query('BEGIN; LOCK TABLE slipway.outcomes IN ACCESS EXCLUSIVE MODE');
    const spec: MonitorSpec = { quality: { over: '1h', min: { accuracy: 0.9 } } };
    const seen = await look(endpoint, { ...START, afterIndex: -1 }, { pool }, spec);
    expect(seen).toMatchObject({ afterIndex: 5, findings: [{ kind: 'errors', severity: 'critical' }] });
    expect(seen.unjudged).toMatch(/^quality: the question takes the store too long/);
  } finally {
    await pool.end();
    await holder.end();
  }
});

test('another version begins without the memory of the one before', async () => {
  const endpoint = fresh();
  await promoted(endpoint);
  await seal(endpoint, 6, { n: 100, errors: 0 });
  const old = await look(endpoint, { ...START, afterIndex: -1, version: CANDIDATE });
  expect(JSON.stringify(old.memory)).toContain('"n":600');
  await ledger(endpoint, 'RolledBack', { rolloutId: 'r2', stage: 'done', detail: { serving: STABLE } });
  const other = await look(endpoint, old);
  expect(other.version).toBe(STABLE);
  expect(JSON.stringify(other.memory)).not.toContain('600');
});

test('a batch that was changed after it was sealed is a finding, and judges nothing', async () => {
  const endpoint = fresh();
  await promoted(endpoint);
  await seal(endpoint, 6, { n: 50, errors: 50 });
  await db.asSuperuser(`
    ALTER TABLE slipway.gate_batches DISABLE TRIGGER ALL;
    UPDATE slipway.gate_batches SET body = jsonb_set(body, '{lost}', '7') WHERE endpoint = '${endpoint}' AND index = 3;
    ALTER TABLE slipway.gate_batches ENABLE TRIGGER ALL;
  `);
  const { findings } = await look(endpoint, { ...START, afterIndex: -1 });
  expect(findings).toMatchObject([{ kind: 'silence', subject: 'evidence', severity: 'critical' }]);
  expect(findings?.[0]?.summary).toContain('was changed after it was sealed');
});

test('drift is judged by the profile on the version’s run, and by nothing while the registry has or gives none', async () => {
  const endpoint = fresh();
  const feature = {
    bins: { kind: 'numbers', edges: [0, 10, 20] },
    counts: [0, 900, 900, 0, 0],
    type: 'number',
  } as const;
  const profile: Profile = {
    ...{ format: 1, source: 's', sha256: 'sha256:2', rows: 1_800, columns: ['age'] },
    ...{ inputs: { age: { ...feature, range: [1, 19] } }, outputs: {} },
  };
  const text = async () => JSON.stringify(profile);
  const mlflow = { artifacts: { text } } as unknown as Deps['mlflow'];
  const version = { ...NEW, key: CANDIDATE, runId: 'a1' };
  await promoted(endpoint);
  await rememberVersion(db.pool, { target: 'local', endpoint }, { version, runtime: { kind: 'mlflow' } });
  const older = { version: CANDIDATE, ...{ n: 100, errors: 0, timeouts: 0, rejected: 0, latency: [], users: null } };
  const arms = [{ ...older, inputs: { age: [0, 10, 90, 0, 0] } }];
  let looked: ExaminedWindow = { ...START, afterIndex: -1, findings: null, unjudged: null };
  const window = async (from: number, deps: Partial<Deps>) => {
    const sealedAt = 9_700_000 + 10_000 * from;
    const parts = { arms, profile: profileDigest(profile) };
    await sealIn(db.pool, endpoint, 10, NOTHING, NOTHING, { from, sealedAt, parts });
    return (looked = await look(endpoint, looked, deps)).findings;
  };
  expect(await window(0, { mlflow })).toEqual([]);
  expect(await window(10, { mlflow })).toMatchObject([
    { kind: 'drift', subject: 'inputs', features: ['inputs.age'], severity: 'critical' },
  ]);
  const down = { artifacts: { text: () => Promise.reject(new Error('down')) } } as unknown as Deps['mlflow'];
  expect(await window(20, { mlflow: down })).toEqual([]);
});

test('going back starts a rollback to the version that served before, and says where there is none', async () => {
  const endpoint = fresh();
  const place = { target: 'local', endpoint };
  const asked: unknown[] = [];
  let free = false;
  const workflows = { startRollback: (input: unknown) => (asked.push(input), Promise.resolve(free)) };
  const back = run({ doctor: { workflows } as unknown as NonNullable<Deps['doctor']> });
  await promoted(endpoint, OLD.key);
  expect(await back.goBack({ ...place, reason: 'errors-1' })).toMatchObject({ settled: true });
  expect(asked).toEqual([]);
  for (const version of [OLD, NEW]) await rememberVersion(db.pool, place, { version, runtime: { kind: 'mlflow' } });
  await ledger(endpoint, 'Promoted', { rolloutId: 'r2', stage: 'done', detail: { serving: NEW.key } });
  expect(await back.goBack({ ...place, reason: 'errors-1' })).toMatchObject({ settled: false });
  free = true;
  expect(await back.goBack({ ...place, reason: 'errors-1' })).toEqual({
    settled: true,
    response: 'going back to version 1',
  });
  expect(asked.at(-1)).toEqual({ ...place, version: '1', by: 'slipway monitor', reason: 'errors-1' });
});

test('a version that people left is not gone back to, and what is written of it later holds nothing up', async () => {
  const endpoint = fresh();
  await promoted(endpoint, NEW.key);
  const asked: unknown[] = [];
  const workflows = { startRollback: (input: unknown) => (asked.push(input), Promise.resolve(true)) };
  const back = run({ doctor: { workflows } as unknown as NonNullable<Deps['doctor']> });
  await ledger(endpoint, 'RolledBack', { rolloutId: 'by-hand', stage: 'done', detail: { serving: OLD.key } });
  expect(await back.goBack({ target: 'local', endpoint, reason: 'errors-1' })).toEqual({
    settled: true,
    response: 'traffic was taken back from the last promotion already',
  });
  expect(asked).toEqual([]);
  await ledger(endpoint, 'RolloutStarted', { rolloutId: 'next', stage: 'preflight', detail: {} });
  await ledger(endpoint, 'ServesAsBefore', { rolloutId: 'by-hand', stage: 'done', step: 'aftermath', detail: {} });
  expect((await look(endpoint)).unjudged, 'the next rollout runs all the same').toBe('a rollout is under way');
});

const START = { version: null, memory: {}, afterIndex: null };

function run(parts: Partial<Deps> = {}) {
  return createMonitorActivities(depsWith({ pool: db.pool, webUi: 'http://127.0.0.1/namespaces/default', ...parts }));
}

function look(
  endpoint: string,
  from: Pick<ExaminedWindow, 'version' | 'memory' | 'afterIndex'> = START,
  parts: Partial<Deps> = {},
  spec: MonitorSpec = {},
): Promise<ExaminedWindow> {
  const plan = planMonitor(spec, { errorRate: 0.05, p99Ms: null }) as MonitorPlan;
  const { version, memory, afterIndex } = from;
  const request: ExamineWindow = {
    ...{ target: 'local', endpoint, plan, version, memory, afterIndex },
    to: new Date(10_000_000).toISOString(),
  };
  return new MockActivityEnvironment().run(run(parts).examineWindow, request);
}

function seal(endpoint: string, count: number, candidate: Counts, from = 0): Promise<void> {
  return sealIn(db.pool, endpoint, count, candidate, NOTHING, { from, sealedAt: 9_000_000 + 10_000 * from });
}

async function promoted(endpoint: string, serving = CANDIDATE, spec: Partial<RolloutSpec> = {}): Promise<void> {
  const plan = planRollout({ endpoint, model: 'digits', ...spec });
  await ledger(endpoint, 'RolloutStarted', { stage: 'preflight', detail: { plan, candidate: { key: serving } } });
  await ledger(endpoint, 'Promoted', { stage: 'done', detail: { serving } });
}

async function ledger(endpoint: string, reason: LedgerEntry['reason'], over: Partial<LedgerEntry>): Promise<void> {
  const rolloutId = over.rolloutId ?? `local.${endpoint}.1`;
  await appendLedger(db.pool, [entry(`${rolloutId}:${reason}`, { endpoint, reason, ...over, rolloutId })]);
}

function fresh(): string {
  return `m${(endpoints += 1)}`;
}

/** So many labelled predictions of the last minutes. */
async function label(endpoint: string, version: string, { right, wrong }: Record<'right' | 'wrong', number>) {
  await db.pool.query(
    `INSERT INTO slipway.predictions (ts, target, endpoint, request_id, row, version, arm, role, epoch, sequence, status, latency_ms, prediction, input)
     SELECT to_timestamp(10000 - i), 'local', $1, $2 || i, 0, $2, $2, 'live', 1, 1, 200, 1, to_jsonb(1), jsonb_build_object('place', i)
     FROM generate_series(1, $3::int) i`,
    [endpoint, version, right + wrong],
  );
  await db.pool.query(
    `SELECT slipway.add_outcomes('local', array_agg($1::text), array_agg($2::text || i), array_agg(0),
       array_agg(to_jsonb(CASE WHEN i <= $3::int THEN 1 ELSE 0 END)), array_agg(NULL::timestamptz))
     FROM generate_series(1, $3::int + $4::int) i`,
    [endpoint, version, right, wrong],
  );
}
