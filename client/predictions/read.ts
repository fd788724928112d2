import { Failure } from '../failure.ts';
import { withoutPassword } from '../stack/addresses.ts';
import { withDatabase } from '../stack/parts/postgres-roles.ts';
import { predictionQuery, type PredictionFilter } from './filter.ts';

/** One row of a prediction as it was logged, redacted, with what is known of it since. */
export interface LoggedPrediction {
  readonly at: string;
  readonly requestId: string;
  readonly row: number;
  /** Who answered; `null` when nobody did. */
  readonly version: string | null;
  /** Whom the split assigned it to. */
  readonly arm: string;
  readonly userId: string | null;
  readonly status: number;
  readonly latencyMs: number;
  /** `null` where it was not sampled. */
  readonly input: unknown;
  readonly prediction: unknown;
  /** What mirrored versions answered, by arm. */
  readonly mirrored: Readonly<Record<string, unknown>> | null;
  readonly label: unknown;
}

/** Rows fetched at once, of which many can be large. */
const PAGE = 500;

/** Longest that the database searches for one page. */
const SEARCH_MS = 120_000;

/**
 * Hands the newest predictions of a filter to `take`, page by page, until there are `limit`; returns how many there were.
 *
 * @throws Failure `no_database`
 */
export async function readPredictions(
  databaseUrl: string,
  filter: PredictionFilter,
  limit: number,
  take: (page: readonly LoggedPrediction[]) => Promise<void> | void,
): Promise<number> {
  const { text, values } = predictionQuery(filter);
  const fault = (error: unknown): never => {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(
      `predictions at ${withoutPassword(databaseUrl)} cannot be read: ${message}; start the local stack with \`slipway up\`, set DATABASE_URL, or ask for a shorter time with --since`,
      { code: 'no_database', cause: error },
    );
  };
  const reading = withDatabase(databaseUrl, async (client) => {
    await client.query('BEGIN READ ONLY').catch(fault);
    await client.query(`SET LOCAL statement_timeout = ${SEARCH_MS}`).catch(fault);
    await client.query(`DECLARE found CURSOR FOR ${text}`, values).catch(fault);
    let count = 0;
    while (count < limit) {
      const most = Math.min(PAGE, limit - count);
      const answer = await client.query<Stored>(`FETCH ${most} FROM found`).catch(fault);
      count += answer.rows.length;
      await take(answer.rows.map(({ ts, ...row }) => ({ at: ts.toISOString(), ...row })));
      if (answer.rows.length < most) break;
    }
    return count;
  });
  return reading.catch((error: unknown) => (error instanceof Failure ? Promise.reject(error) : fault(error)));
}

type Stored = Omit<LoggedPrediction, 'at'> & { readonly ts: Date };
