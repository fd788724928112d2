import { Client } from 'pg';
import type { Pool } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { createPool } from '../../activities/store/pool.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

export interface TestDatabase {
  /** With the application's rights. */
  readonly pool: Pool;
  readonly urls: TestPostgres;
  asOwner(sql: string): Promise<Record<string, unknown>[]>;
  /** As somebody who can do anything: what the ledger must at least reveal. */
  asSuperuser(sql: string): Promise<Record<string, unknown>[]>;
}

/** One migrated database for the tests of a file; its members are there once the tests run. */
export function useDatabase(): TestDatabase {
  let started: { urls: TestPostgres; pool: Pool } | undefined;
  beforeAll(async () => {
    const urls = await startPostgres();
    started = { urls, pool: createPool({ url: urls.appUrl }) };
  }, 60_000);
  afterAll(async () => {
    await started?.pool.end();
    await started?.urls.stop();
  });
  const ready = () => {
    if (!started) throw new Error('the database is there only while tests run');
    return started;
  };
  return {
    get pool() {
      return ready().pool;
    },
    get urls() {
      return ready().urls;
    },
    asOwner: (sql) => runAs(ready().urls.ownerUrl, sql),
    asSuperuser: (sql) => runAs(ready().urls.superUrl, sql),
  };
}

async function runAs(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
