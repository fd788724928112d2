import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrate, MigrationRefused } from '../../activities/store/migrate.ts';
import { MIGRATIONS } from '../../activities/store/migration-files.ts';
import { createPool } from '../../activities/store/pool.ts';
import { assertMigrated } from '../../activities/store/schema-version.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

const OURS = [
  '0001_ledger.sql',
  '0002_evidence.sql',
  '0003_outcomes.sql',
  '0004_rewards.sql',
  '0005_outcome_pulls.sql',
  '0006_time.sql',
  '0007_user_digest.sql',
];

let db: TestPostgres;
let folder: URL;
let path: string;
beforeAll(async () => {
  db = await startPostgres({ migrated: false });
}, 60_000);
afterAll(() => db.stop());
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'slipway-migrations-'));
  await cp(MIGRATIONS, path, { recursive: true });
  folder = pathToFileURL(`${path}/`);
  await sql('DROP SCHEMA IF EXISTS slipway CASCADE');
});
afterEach(() => rm(path, { recursive: true }));

const sql = async (text: string, url = db.ownerUrl) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
};
const appRole = () => new URL(db.appUrl).username;
const up = (from = folder) => migrate({ ownerUrl: db.ownerUrl, appRole: appRole(), appPassword: 'test', folder: from });
const change = async (name: string, text: string) =>
  writeFile(join(path, name), (await readFile(join(path, name), 'utf8').catch(() => '')) + text);

test('running again does nothing', async () => {
  expect((await up()).applied).toEqual(OURS);
  expect(await up()).toEqual({ applied: [], version: OURS.length, notes: [] });
});

test('several at once do not trample on each other: each file is applied once', async () => {
  const results = await Promise.all([up(), up(), up(), up()]);
  expect(results.flatMap((result) => result.applied).sort()).toEqual(OURS);
});

test('a file that was changed after it was applied is refused by name', async () => {
  await up();
  await change('0001_ledger.sql', '-- an afterthought\n');
  await expect(up()).rejects.toThrow(/0001_ledger\.sql is not the file that was applied/);
});

test('a checkout with Windows line ends has the same migrations', async () => {
  await up();
  const text = await readFile(join(path, '0001_ledger.sql'), 'utf8');
  await writeFile(join(path, '0001_ledger.sql'), text.replaceAll('\n', '\r\n'));
  expect((await up()).applied).toEqual([]);
});

test('a database newer than the code is refused', async () => {
  await change('0008_future.sql', 'CREATE TABLE slipway.future (x int);');
  await up();
  await expect(up(MIGRATIONS)).rejects.toThrow(MigrationRefused);
  await expect(up(MIGRATIONS)).rejects.toThrow(/0008_future\.sql.*use a newer version/);
});

test('a file that fails half way leaves nothing of itself behind, and can be tried again', async () => {
  await change('0008_bad.sql', 'CREATE TABLE slipway.half (x int); SELECT 1/0;');
  await expect(up()).rejects.toThrow(/division by zero/);
  expect(await sql(`SELECT to_regclass('slipway.half') AS half, max(number) AS at FROM slipway.migrations`)).toEqual([
    { half: null, at: OURS.length },
  ]);
  await writeFile(join(path, '0008_bad.sql'), 'CREATE TABLE slipway.half (x int);');
  expect((await up()).applied).toEqual(['0008_bad.sql']);
});

test('a missing number is refused before anything is applied', async () => {
  await change('0009_gap.sql', 'SELECT 1;');
  await expect(up()).rejects.toThrow(/should have number 8/);
});

test('one role for both works and is said to be the weaker guard', async () => {
  const owner = new URL(db.ownerUrl).username;
  const { notes } = await migrate({ ownerUrl: db.ownerUrl, appRole: owner });
  expect(notes).toEqual([expect.stringMatching(/only triggers keep the ledger append-only/)]);
  await expect(sql('DELETE FROM slipway.ledger')).rejects.toThrow(/append-only/);
});

test('an owner who may not create roles is told what an administrator has to do', async () => {
  const [owner, name] = [new URL(db.ownerUrl).username, new URL(db.ownerUrl).pathname.slice(1)];
  await sql(`ALTER ROLE ${owner} NOCREATEROLE`, db.superUrl);
  try {
    const attempt = migrate({ ownerUrl: db.ownerUrl, appRole: `${name}_nobody` });
    await expect(attempt).rejects.toThrow(/run CREATE ROLE .* LOGIN as an administrator/);
  } finally {
    await sql(`ALTER ROLE ${owner} CREATEROLE`, db.superUrl);
  }
});

test('the application can ask whether the schema is the one it needs', async () => {
  const pool = createPool({ url: db.appUrl });
  try {
    await expect(assertMigrated(pool)).rejects.toThrow(/lacks migration 0001_ledger\.sql: run slipway setup/);
    await up();
    await assertMigrated(pool);
    await change('0008_future.sql', 'SELECT 1;');
    await up();
    await expect(assertMigrated(pool)).rejects.toThrow(/newer than this version/);
  } finally {
    await pool.end();
  }
});
