import { beforeAll, describe, expect, test } from 'vitest';
import { allocateEpoch } from '../../activities/store/epochs.ts';
import { batchHash } from '../../activities/evidence/batch-hash.ts';
import { appendLedger } from '../../activities/store/ledger.ts';
import { useDatabase } from './database.ts';
import { batchBody, DIGITS, entry } from './samples.ts';

const db = useDatabase();

/** What nobody may change, each with a row in it. */
const APPEND_ONLY = ['ledger', 'epochs', 'gate_batches'] as const;

beforeAll(async () => {
  await appendLedger(db.pool, [entry('honest')]);
  await allocateEpoch(db.pool, { ...DIGITS, rolloutKey: 'run', floor: 0 });
  const body = batchBody(0);
  await db.pool.query(
    `INSERT INTO slipway.gate_batches (target, endpoint, index, epoch, sequence, opened_at, sealed_at, body, hash)
     VALUES ('local', 'digits', 0, 4, 2, $1, $2, $3, $4)`,
    [body.opened, body.sealed, JSON.stringify(body), batchHash(body)],
  );
});

describe.each(APPEND_ONLY)('the table %s', (table) => {
  const changes = [
    `UPDATE slipway.${table} SET endpoint = 'forged'`,
    `DELETE FROM slipway.${table}`,
    `TRUNCATE slipway.${table}`,
    `TRUNCATE slipway.${table} CASCADE`,
    `MERGE INTO slipway.${table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE`,
  ];

  test.each(changes)(
    '%s is refused to the application, to the owner, and to a superuser in replication mode',
    async (sql) => {
      await expect(db.pool.query(sql)).rejects.toThrow(/permission denied/);
      await expect(db.asOwner(sql)).rejects.toThrow(/append-only/);
      await expect(db.asSuperuser(`SET session_replication_role = replica; ${sql}`)).rejects.toThrow(/append-only/);
    },
  );

  test.each([
    `ALTER TABLE slipway.${table} DISABLE TRIGGER ALL`,
    `DROP TRIGGER ${table}_append_only ON slipway.${table}`,
    `DROP TABLE slipway.${table} CASCADE`,
    `ALTER TABLE slipway.${table} RENAME TO another`,
    `CREATE RULE quiet AS ON INSERT TO slipway.${table} DO INSTEAD NOTHING`,
    `CREATE TRIGGER quiet BEFORE INSERT ON slipway.${table} FOR EACH ROW EXECUTE FUNCTION slipway.refuse_change()`,
  ])('%s is refused to the application', async (sql) => {
    await expect(db.pool.query(sql)).rejects.toThrow(/must be owner|permission denied/);
  });
});

test('every table with the append-only trigger gives the application only reading and adding', async () => {
  const rows = await db.asSuperuser(`
    SELECT c.relname AS name, r.privilege AS privilege
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) AS r(privilege)
    WHERE t.tgname LIKE '%_append_only' AND (has_table_privilege('${appRole()}', c.oid, r.privilege)
      OR (r.privilege IN ('UPDATE', 'REFERENCES') AND has_any_column_privilege('${appRole()}', c.oid, r.privilege)))`);
  expect(rows).toEqual([]);
  const tables = await db.asSuperuser(`
    SELECT c.relname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgname LIKE '%_append_only' AND t.tgenabled = 'A'`);
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining([...APPEND_ONLY]));
});

test.each([
  ['becoming somebody else', () => `SET ROLE ${ownerRole()}`],
  ['replication mode, which would skip triggers', () => 'SET session_replication_role = replica'],
  [
    'a function of its own in the schema',
    () => `CREATE FUNCTION slipway.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  ],
  ['another body for the function that refuses', () => REPLACED],
  ['a table of its own in the schema', () => 'CREATE TABLE slipway.mine (a int)'],
  ['the record of migrations', () => `INSERT INTO slipway.migrations (number, name, hash) VALUES (99, 'x', 'y')`],
  ['forgetting a version', () => 'DELETE FROM slipway.versions'],
])('the application is refused %s', async (_what, sql) => {
  await expect(db.pool.query(sql())).rejects.toThrow(/permission denied|must be owner/);
});

test('the application cannot give itself rights', async () => {
  const before = await privileges();
  // PostgreSQL only warns, where somebody has some right and no right to hand it on.
  await db.pool.query(`GRANT DELETE ON slipway.ledger TO ${appRole()}`).catch(() => undefined);
  expect(await privileges()).toEqual(before);
});

const REPLACED = `CREATE OR REPLACE FUNCTION slipway.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`;

test('no function that runs with the owner’s rights touches what is append-only, whatever it is given', async () => {
  const hostile = `'x''; DELETE FROM slipway.ledger; --'`;
  await db.pool.query(`SELECT slipway.forget_user('local', 'digits', ${hostile})`);
  await db.pool.query(`SELECT slipway.drop_expired('local', ${hostile}, 0)`);
  await db.pool.query(`SET search_path = pg_temp; SELECT slipway.ensure_partitions()`);
  const counts = await db.asSuperuser(
    `SELECT (SELECT count(*) FROM slipway.ledger) AS ledger, (SELECT count(*) FROM slipway.epochs) AS epochs,
       (SELECT count(*) FROM slipway.gate_batches) AS batches`,
  );
  expect(counts).toEqual([{ ledger: '1', epochs: '1', batches: '1' }]);
});

function privileges() {
  return db.asSuperuser(
    `SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'slipway'::regnamespace ORDER BY 1`,
  );
}

function appRole(): string {
  return new URL(db.urls.appUrl).username;
}

function ownerRole(): string {
  return new URL(db.urls.ownerUrl).username;
}
