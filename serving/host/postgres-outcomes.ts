import type { Log } from './log.ts';
import type { OutcomeStore } from './outcome-store.ts';
import type { Pool } from 'pg';
import { takeOutcomes } from '../../domain/outcome-sql.ts';
import { sentence } from './log.ts';

export interface PostgresOptions {
  /** `undefined` leaves it to the `PG…` variables. */
  readonly connectionString: string | undefined;
  /** Name of this target in the database. */
  readonly target: string;
  readonly log: Log;
}

const HEALTH_MAX_AGE_MS = 5_000;

/** Outcomes in PostgreSQL. Connects at the first use and again after every loss. */
export function createPostgresOutcomes({ connectionString, target, log }: PostgresOptions): OutcomeStore {
  let pool: Promise<Pool> | null = null;
  let checked: { readonly at: number; readonly health: Promise<{ ok: boolean; detail: string }> } | null = null;

  // Loaded when first needed: a host without a database need not carry the driver.
  const connect = () => (pool ??= openPool(connectionString, log));

  async function check(): Promise<{ ok: boolean; detail: string }> {
    try {
      await (await connect()).query('select 1');
      return { ok: true, detail: 'PostgreSQL answers' };
    } catch (error) {
      return { ok: false, detail: `PostgreSQL: ${sentence(error)}` };
    }
  }

  return {
    async add(outcomes) {
      const open = await connect();
      const ask = async ({ text, values }: { text: string; values: unknown[] }) =>
        (await open.query<object>(text, values)).rows;
      const { rewards, ...labels } = await takeOutcomes(ask, target, outcomes);
      return outcomes.some((outcome) => outcome.rewards) ? { ...labels, rewards } : labels;
    },
    async forgetUser(endpoint, user) {
      const { rows } = await (
        await connect()
      ).query<{ deleted: string }>('select slipway.forget_user($1, $2, $3) as deleted', [target, endpoint, user]);
      return Number(rows[0]?.deleted ?? 0);
    },
    health() {
      if (!checked || Date.now() - checked.at > HEALTH_MAX_AGE_MS) checked = { at: Date.now(), health: check() };
      return checked.health;
    },
    async close() {
      await (await pool)?.end();
    },
  };
}

async function openPool(connectionString: string | undefined, log: Log): Promise<Pool> {
  const { default: pg } = await import('pg');
  const opened = new pg.Pool({
    ...(connectionString === undefined ? {} : { connectionString }),
    application_name: 'slipway-serving',
    max: 2,
    connectionTimeoutMillis: 2_000,
    query_timeout: 10_000,
    idleTimeoutMillis: 30_000,
  });
  // An idle connection that breaks must not end the host.
  opened.on('error', (error) => log('warn', 'lost a connection to PostgreSQL', { reason: sentence(error) }));
  return opened;
}

/** Stands in where no database was named: labels are refused, predictions go on. */
export function noOutcomes(): OutcomeStore {
  const refuse = () => Promise.reject(new Error('no database: set DATABASE_URL (or PGHOST …) for the serving host'));
  return {
    add: refuse,
    forgetUser: refuse,
    health: () => Promise.resolve({ ok: false, detail: 'no database: DATABASE_URL is not set' }),
    close: () => Promise.resolve(),
  };
}
