import { DatabaseError, type Client } from 'pg';
import { Failure } from '../failure.ts';
import { withoutPassword } from '../stack/addresses.ts';
import { withDatabase } from '../stack/parts/postgres-roles.ts';

/** Longest that the database works at one answer, in milliseconds. */
const SEARCH_MS = 60_000;

interface Asking {
  readonly limitMs?: number;
  /** What else helps than a database that answers. */
  readonly orElse?: string;
}

/** Asks PostgreSQL without changing anything; `what` is what cannot be read when it does not answer. @throws Failure `no_database` */
export async function readOnly<T>(
  databaseUrl: string,
  what: string,
  work: (client: Client) => Promise<T>,
  { limitMs = SEARCH_MS, orElse }: Asking = {},
): Promise<T> {
  try {
    return await withDatabase(databaseUrl, async (client) => {
      await client.query('BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ');
      await client.query(`SET LOCAL statement_timeout = ${limitMs}`);
      return work(client);
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // A database that says what is wrong runs.
    const start =
      error instanceof DatabaseError ? [] : ['start the local stack with `slipway up`, or set DATABASE_URL'];
    const advice = [...start, ...(orElse === undefined ? [] : [orElse])].map((what) => `; ${what}`).join('');
    throw new Failure(`${what} at ${withoutPassword(databaseUrl)} cannot be read: ${message}${advice}`, {
      code: 'no_database',
      cause: error,
    });
  }
}
