import { Pool } from 'pg';
import type { PoolConfig } from 'pg';
import { query } from './query.ts';
import { StoreMisconfigured } from './unreachable.ts';

export interface PoolOptions {
  /** Connection string; DATABASE_URL when absent, and PGHOST, PGDATABASE, PGUSER, … when that is not set either. */
  readonly url?: string;
  readonly connections?: number;
  /** Longest time a statement may run or wait, in milliseconds. */
  readonly statementTimeoutMs?: number;
}

/** Time after which an attempt to connect is given up, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/** How much longer than the server's own limit to wait for an answer: only a network that swallows packets needs it. */
const SILENCE_MS = 5_000;

/**
 * Opens a pool of connections; nothing is connected before the first query.
 *
 * @throws StoreMisconfigured when neither DATABASE_URL nor any PG* variable says where PostgreSQL is
 */
export function createPool({ url, connections = 10, statementTimeoutMs = 15_000 }: PoolOptions = {}): Pool {
  const pool = new Pool({
    ...whereabouts(url ?? process.env['DATABASE_URL']),
    application_name: 'slipway',
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + SILENCE_MS,
    // A worker that is stopped in the middle of a transaction would keep its locks, and so the whole endpoint, to itself.
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  // Without a listener an idle connection that breaks ends the process; the next query meets the fault by itself.
  pool.on('error', () => undefined);
  return pool;
}

/** Resolves when PostgreSQL answers; @throws StoreUnreachable when it does not. */
export async function pingStore(pool: Pool): Promise<void> {
  await query(pool, 'SELECT 1');
}

function whereabouts(url: string | undefined): PoolConfig {
  if (!url) {
    if (Object.keys(process.env).some((name) => /^PG(HOST|HOSTADDR|DATABASE|USER|PORT)$/.test(name))) return {};
    throw new StoreMisconfigured(
      'no database is named: set DATABASE_URL, or PGHOST, PGDATABASE, PGUSER and PGPASSWORD',
    );
  }
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url))
    throw new StoreMisconfigured(
      'DATABASE_URL is no connection string: it looks like postgresql://user:password@host:5432/database',
    );
  return { connectionString: url };
}
