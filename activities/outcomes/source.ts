import { Client } from 'pg';
import type { PullPlan } from '../../domain/outcome-pull.ts';
import { MOMENT } from '../store/outcome-pulls.ts';

/** A row as the query gives it; nothing of it is checked yet. */
export interface SourceRow {
  readonly id: string | null;
  readonly row: string | null;
  readonly label: unknown;
  /** ISO 8601; `null` for none, or for one without an end. */
  readonly at: string | null;
  /** By name. */
  readonly rewards: Readonly<Record<string, unknown>>;
}

/** The query could not be run to its end; the message is one sentence on where and why. */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure';
}

export interface ReadSource {
  readonly plan: PullPlan;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** ISO 8601: `$1` of the query. */
  readonly since: string;
  /** Rows after which no further moment is begun. */
  readonly most: number;
  readonly signal: AbortSignal;
  /** Called with up to {@link CHUNK} rows at once, oldest truth first. */
  readonly take: (rows: readonly SourceRow[]) => Promise<void>;
}

/** Rows in memory at once. */
const CHUNK = 2_000;

const CONNECT_MS = 10_000;

/**
 * Runs a plan's query in a transaction that can only read, and hands its rows on by a cursor.
 *
 * @returns how many rows there were
 * @throws SourceFailure
 */
export async function readSource({ plan, env, since, most, signal, take }: ReadSource): Promise<number> {
  const client = await connect(plan, env);
  const abort = () => void client.end().catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await open(client, plan, { since, most });
    let count = 0;
    for (;;) {
      const { rows } = await client.query<SourceRow>(`FETCH ${CHUNK} FROM pulled`).catch((error: unknown) => {
        throw failed(plan, error);
      });
      if (rows.length === 0) return count;
      count += rows.length;
      await take(rows);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    // Nothing was written, so nothing is lost with the connection.
    await client.end().catch(() => undefined);
  }
}

async function connect(plan: PullPlan, env: ReadSource['env']): Promise<Client> {
  const url = env[plan.connectionEnv];
  if (!url) throw failed(plan, `the worker has no environment variable ${plan.connectionEnv}`);
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url))
    throw failed(plan, 'it is no connection string, such as postgresql://user:password@host:5432/database');
  try {
    // Certificates that the connection string names are read here.
    const client = new Client({
      connectionString: url,
      application_name: 'slipway outcomes',
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: plan.timeoutMs + CONNECT_MS,
      keepAlive: true,
    });
    // The query in flight fails with the same error.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    throw failed(plan, error);
  }
}

/** Begins a cursor over the rows by their time; rows of the moment at which the limit is reached come all of them. */
async function open(
  client: Client,
  plan: PullPlan,
  { since, most }: { readonly since: string; readonly most: number },
): Promise<void> {
  const from = `(\n${plan.query.trim().replace(/;$/, '')}\n) AS given`;
  try {
    await client.query('BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ');
    await client.query(`SET LOCAL statement_timeout = ${plan.timeoutMs}; SET LOCAL timezone = 'UTC'`);
    const { fields } = await client.query({ text: `SELECT * FROM ${from} LIMIT 0`, values: [since] });
    const columns = fields.map(({ name }) => name);
    const missing = ['id', 'at', ...plan.rewards].find((name) => !columns.includes(name));
    const found = columns.join(', ');
    if (missing !== undefined) throw new SourceFailure(`it gives no column "${missing}", but ${found}`);
    if (!columns.includes('label') && plan.rewards.length === 0)
      throw new SourceFailure(`it gives neither a column "label" nor rewards, but ${found}`);
    const optional = (name: string, text: string) => (columns.includes(name) ? text : 'NULL');
    const rewards = plan.rewards.map((name) => `'${name}', to_jsonb(given.${client.escapeIdentifier(name)})`);
    await client.query({
      text: `DECLARE pulled NO SCROLL CURSOR FOR
        SELECT given.id::text AS id, ${optional('row', 'given.row::text')} AS row,
          ${optional('label', 'to_jsonb(given.label)')} AS label,
          CASE WHEN isfinite(given.at) THEN to_char(given.at::timestamptz AT TIME ZONE 'UTC', ${MOMENT}) END AS at,
          jsonb_build_object(${rewards.join(', ')}) AS rewards
        FROM ${from} ORDER BY given.at FETCH FIRST ${most} ROWS WITH TIES`,
      values: [since],
    });
  } catch (error) {
    throw failed(plan, error);
  }
}

function failed({ connectionEnv }: PullPlan, why: unknown): SourceFailure {
  // Where every address of a name refuses, Node's error has a code and no message.
  const { code } = why as { code?: unknown };
  const reason = why instanceof Error ? why.message || (typeof code === 'string' ? code : String(why)) : String(why);
  return new SourceFailure(`outcomes.sql (${connectionEnv}): ${reason}`, { cause: why });
}
