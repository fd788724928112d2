import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parsePredicate } from '../../domain/predicate.ts';
import { predicateSql } from '../../domain/predicate-sql.ts';
import { slipway } from '../client/recording-terminal.ts';
import { useDatabase } from './database.ts';

const db = useDatabase();
let folder: string;

interface Row {
  readonly id: string;
  readonly minute: number;
  readonly version?: string | null;
  readonly arm?: string;
  readonly role?: string;
  readonly input?: unknown;
  readonly prediction?: unknown;
}

const V1 = 'v1-aaaaaaaaaaaa';
const V2 = 'v2-bbbbbbbbbbbb';
const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 8, minute)).toISOString();

async function log({ id, minute, version = V1, arm = version ?? V1, role = 'live', input, prediction }: Row) {
  await db.pool.query(
    `INSERT INTO slipway.predictions (ts, target, endpoint, request_id, row, version, arm, role, epoch, sequence, status, latency_ms, input, prediction)
     VALUES ($1, 'local', 'digits', $2, 0, $3, $4, $5, 1, 1, 200, 12.5, $6, $7)`,
    [at(minute), id, version, arm, role, JSON.stringify(input ?? null), JSON.stringify(prediction ?? null)],
  );
}

const INPUTS = [
  { country: 'DE', age: 30, vip: true },
  { country: 'FR', age: 29.5, vip: false },
  { country: null, age: 70, vip: true },
  { country: "O'x", age: null, vip: null },
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-log-'));
  for (const [i, input] of INPUTS.entries()) await log({ id: `r${i}`, minute: i, input, prediction: i });
  await log({ id: 'r1', minute: 1, arm: V2, version: V2, role: 'shadow', prediction: 7 });
  await log({ id: 'r2', minute: 2, arm: V2, version: V2, role: 'shadow', prediction: 2 });
  await log({ id: 'rescued', minute: 10, arm: V2, version: V1, prediction: 'a,"b"' });
  await db.pool.query(
    `INSERT INTO slipway.outcomes (target, endpoint, request_id, label) VALUES ('local', 'digits', 'r1', '7')`,
  );
});
beforeEach(() => void vi.stubEnv('DATABASE_URL', db.urls.appUrl));
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rm(folder, { recursive: true }));

async function found(...flags: string[]): Promise<Record<string, unknown>[]> {
  const { code, out, err } = await slipway('predictions', 'digits', '--format', 'jsonl', ...flags);
  if (code !== 0) throw new Error(err);
  return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
}
const ids = async (...flags: string[]) => (await found(...flags)).map(({ requestId }) => requestId);

describe('predictions', () => {
  test('come newest first, with their label and what a mirrored version answered', async () => {
    expect(await ids()).toEqual(['rescued', 'r3', 'r2', 'r1', 'r0']);
    expect((await found())[3]).toEqual({
      ...{ at: at(1), requestId: 'r1', row: 0, version: V1, arm: V1, userId: null, status: 200, latencyMs: 12.5 },
      ...{ input: INPUTS[1], prediction: 1, mirrored: { [V2]: 7 }, label: 7 },
    });
  });

  test('can be asked for by time, version, arm, disagreement and number', async () => {
    expect(await ids('--since', at(2), '--until', at(10))).toEqual(['r3', 'r2']);
    expect(await ids('--version', '1', '--limit', '2')).toEqual(['rescued', 'r3']);
    expect(await ids('--version', '2')).toEqual([]);
    expect(await ids('--arm', V2)).toEqual(['rescued']);
    expect(await ids('--disagree')).toEqual(['r1']);
  });

  test('can be asked for by a condition on their input', async () => {
    expect(await ids('--slice', "country = 'DE' AND age >= 30")).toEqual(['r0']);
    const refused = await slipway('predictions', 'digits', '--slice', 'age = 1; DELETE');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('not understood');
  });

  test.each([
    "country = 'DE'",
    "country <> 'DE'",
    "NOT country = 'DE'",
    "country IN ('FR', 'O''x')",
    "country NOT IN ('FR')",
    'age > 29.5',
    'age BETWEEN 29 AND 30',
    'NOT (age < 30 OR vip = true)',
    'country IS NULL OR age IS NULL',
    'vip = false OR age >= 70',
    "country > 'E'",
  ])('%s means in the log what it means in validation', async (where) => {
    const values: unknown[] = [];
    const condition = predicateSql(parsePredicate(where), 'input', values);
    const sql = `SELECT request_id FROM slipway.predictions WHERE role = 'live' AND request_id LIKE 'r_' AND ${condition} ORDER BY 1`;
    const inLog = (await db.pool.query<{ request_id: string }>(sql, values)).rows.map((row) => row.request_id);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run('CREATE TABLE scored (id VARCHAR, country VARCHAR, age DOUBLE, vip BOOLEAN)');
    for (const [i, { country, age, vip }] of INPUTS.entries())
      await connection.run('INSERT INTO scored VALUES ($1, $2, $3, $4)', [`r${i}`, country, age, vip]);
    const inValidation = (
      await connection.runAndReadAll(`SELECT id FROM scored WHERE CAST((${where}\n) AS BOOLEAN) ORDER BY 1`)
    ).getRowsJS();
    expect(inLog).toEqual(inValidation.flat());
    connection.closeSync();
    instance.closeSync();
  });

  test('are shown in a table that tells who answered for whom', async () => {
    const { out } = await slipway('predictions', 'digits', '--disagree');
    expect(out).toMatch(/r1 +v1 +200 +12\.5 ms +1 +v2: 7 +7 +\{"age":29\.5/);
    expect((await slipway('predictions', 'digits', '--limit', '1')).out).toContain('v1 for v2');
    expect((await slipway('predictions', 'none')).out).toBe('none\n');
  });

  test('are exported whole to CSV, JSON lines and Parquet, and a file stands only when it is whole', async () => {
    const file = (name: string) => join(folder, name);
    expect((await slipway('predictions', 'digits', '-o', file('all.csv'))).out).toContain('5 predictions in');
    const csv = (await readFile(file('all.csv'), 'utf8')).split('\n');
    expect(csv[0]).toBe('at,requestId,row,version,arm,userId,status,latencyMs,prediction,label,mirrored,input');
    expect(csv[1]).toBe(`${at(10)},rescued,0,${V1},${V2},,200,12.5,"a,""b""",,,`);
    await slipway('predictions', 'digits', '-o', file('all.parquet'));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const [row] = (
      await connection.runAndReadAll(
        `SELECT requestId, latencyMs, prediction::INT, label::INT, input ->> '$.country' FROM '${file('all.parquet')}' WHERE label IS NOT NULL`,
      )
    ).getRowsJS();
    expect(row).toEqual(['r1', 12.5, 1, 7, 'FR']);
    connection.closeSync();
    instance.closeSync();
    vi.stubEnv('DATABASE_URL', 'postgresql://nobody@127.0.0.1:1/none');
    const failed = await slipway('predictions', 'digits', '-o', file('never.jsonl'));
    vi.stubEnv('DATABASE_URL', db.urls.appUrl);
    expect(failed.err).toContain('cannot be read');
    expect((await readdir(folder)).sort()).toEqual(['all.csv', 'all.parquet']);
    expect((await slipway('predictions', 'digits', '-o', file('all.xlsx'))).err).toContain('end it in .jsonl');
  });
});
