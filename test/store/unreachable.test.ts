import type { Pool } from 'pg';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readBatches } from '../../activities/evidence/batches.ts';
import { appendLedger, readLedger } from '../../activities/store/ledger.ts';
import { createPool, pingStore } from '../../activities/store/pool.ts';
import { inTransaction, query } from '../../activities/store/query.ts';
import { StoreMisconfigured, StoreUnreachable } from '../../activities/store/unreachable.ts';
import { startPostgres } from '../support/postgres.ts';
import { useDatabase } from './database.ts';
import { DIGITS, entry } from './samples.ts';

const db = useDatabase();
const pools: Pool[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
});

function open(url: string, statementTimeoutMs?: number): Pool {
  const pool = createPool({ url, ...(statementTimeoutMs && { statementTimeoutMs }) });
  pools.push(pool);
  return pool;
}

const altered = (change: (url: URL) => void) => {
  const url = new URL(db.urls.appUrl);
  change(url);
  return url.href;
};
const cutConnections = () =>
  db.asSuperuser(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slipway' AND datname = current_database()`,
  );

describe('the store is unreachable', () => {
  test('when nothing listens', async () => {
    const pool = open(altered((url) => (url.port = '1')));
    await expect(pingStore(pool)).rejects.toThrow(StoreUnreachable);
    await expect(pingStore(pool)).rejects.toThrow(/does not answer: .*ECONNREFUSED/);
    await expect(appendLedger(pool, [entry('x')])).rejects.toThrow(StoreUnreachable);
    await expect(readBatches(pool, { ...DIGITS, epoch: 1, fromSequence: 0, afterIndex: -1 })).rejects.toThrow(
      StoreUnreachable,
    );
  });

  test('when the host has no address', async () => {
    await expect(pingStore(open(altered((url) => (url.hostname = 'nowhere.invalid'))))).rejects.toThrow(
      StoreUnreachable,
    );
  });

  test('when the password is wrong, or the database gone', async () => {
    await expect(pingStore(open(altered((url) => (url.password = 'wrong'))))).rejects.toThrow(StoreUnreachable);
    await expect(pingStore(open(altered((url) => (url.pathname = '/gone'))))).rejects.toThrow(StoreUnreachable);
  });

  test('when a statement waits longer than its time limit', async () => {
    const pool = open(db.urls.appUrl, 50);
    await expect(query(pool, 'SELECT pg_sleep(5)')).rejects.toThrow(StoreUnreachable);
  });

  test('when the connection is cut in the middle of a transaction, and the next attempt succeeds', async () => {
    const pool = open(db.urls.appUrl);
    const attempt = inTransaction(pool, async (client) => {
      await query(client, `INSERT INTO slipway.alias_owners VALUES ('m', 'champion', 't', 'e')`);
      await cutConnections();
      await query(client, 'SELECT 1');
    });
    await expect(attempt).rejects.toThrow(StoreUnreachable);
    expect(await query(pool, 'SELECT * FROM slipway.alias_owners')).toEqual([]);
  });

  test.skipIf(process.env['TEST_DATABASE_URL'])('when PostgreSQL has stopped', async () => {
    const other = await startPostgres();
    const pool = open(other.appUrl);
    await appendLedger(pool, [entry('before')]);
    await other.stop();
    await expect(readLedger(pool, DIGITS)).rejects.toThrow(StoreUnreachable);
  });
});

test('connections that break while idle end neither the process nor the pool', async () => {
  const pool = open(db.urls.appUrl);
  await Promise.all([pingStore(pool), pingStore(pool)]);
  await cutConnections();
  await vi.waitFor(() => expect(pool.idleCount).toBe(0));
  await pingStore(pool);
});

test('a wrong statement is no outage', async () => {
  await expect(query(db.pool, 'SELECT * FROM nothing')).rejects.not.toThrow(StoreUnreachable);
  await expect(query(db.pool, 'SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
});

test('a transaction that fails by itself keeps its connection and leaves nothing behind', async () => {
  const pool = open(db.urls.appUrl);
  const attempt = inTransaction(pool, async (client) => {
    await query(client, `INSERT INTO slipway.alias_owners VALUES ('n', 'champion', 't', 'e')`);
    throw new Error('changed my mind');
  });
  await expect(attempt).rejects.toThrow('changed my mind');
  expect(pool.idleCount).toBe(1);
  expect(await query(pool, `SELECT * FROM slipway.alias_owners WHERE model = 'n'`)).toEqual([]);
});

describe('where the database is', () => {
  test('has to be said', () => {
    for (const name of ['DATABASE_URL', 'PGHOST', 'PGHOSTADDR', 'PGDATABASE', 'PGUSER', 'PGPORT'])
      vi.stubEnv(name, undefined);
    expect(() => createPool()).toThrow(StoreMisconfigured);
    expect(() => createPool()).toThrow(/set DATABASE_URL, or PGHOST/);
  });

  test('has to be a connection string', () => {
    expect(() => createPool({ url: 'localhost:5432' })).toThrow(/no connection string/);
  });

  test('is read from DATABASE_URL', async () => {
    vi.stubEnv('DATABASE_URL', db.urls.appUrl);
    const pool = createPool();
    pools.push(pool);
    await pingStore(pool);
  });

  test('is read from PG* variables', async () => {
    const url = new URL(db.urls.appUrl);
    vi.stubEnv('DATABASE_URL', undefined);
    vi.stubEnv('PGHOST', url.hostname);
    vi.stubEnv('PGPORT', url.port);
    vi.stubEnv('PGUSER', url.username);
    vi.stubEnv('PGPASSWORD', url.password);
    vi.stubEnv('PGDATABASE', url.pathname.slice(1));
    const pool = createPool();
    pools.push(pool);
    await pingStore(pool);
  });
});
