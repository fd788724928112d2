import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { Pool, PoolClient } from 'pg';
import type { LabelledPlan } from '../../domain/retrain.ts';
import type { Place } from '../doctor/ports.ts';
import { inTransaction, query } from '../store/query.ts';

/** What a job was given of the prediction log: enough to tell in a year what a version was trained on. */
export interface Labelled {
  readonly rows: number;
  /** When the oldest and the newest of these predictions were made, ISO 8601; `null` where there is none. */
  readonly from: string | null;
  readonly to: string | null;
  /** Of the whole file, in hexadecimal digits. */
  readonly sha256: string;
}

/** Rows fetched at once, of which many can be large. */
const PAGE = 500;

/** More than a job's disk should fill up with, whatever its rows hold. */
const MOST_BYTES = 2 ** 30;

/** The newest come first, so that a bound cuts the oldest off. */
const ROWS = `
  SELECT to_char(p.ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, p.request_id AS "requestId", p.row,
    p.version, p.input, p.prediction, o.label
  FROM slipway.outcomes o
  JOIN slipway.predictions p ON p.ts = o.served_at AND p.target = o.target AND p.endpoint = o.endpoint
    AND p.request_id = o.request_id AND p.row = o.row AND p.role = 'live' AND p.version IS NOT NULL
  WHERE o.target = $1 AND o.endpoint = $2 AND o.served_at >= $3 AND p.input IS NOT NULL
  ORDER BY o.served_at DESC, o.request_id, o.row LIMIT $4`;

/**
 * Writes an endpoint's logged predictions whose truth is known to a file of JSON lines, page by page: `at`, `requestId`, `row`,
 * `version`, `input`, `prediction` and `label`, redacted as they were logged. Nothing stands under its name before it is whole.
 *
 * @throws StoreUnreachable
 */
export async function writeLabelled(
  pool: Pool,
  { target, endpoint, days, maxRows }: Place & LabelledPlan,
  to: { readonly file: string; readonly now: number; readonly signal: AbortSignal; readonly mostBytes?: number },
): Promise<Labelled> {
  const part = `${to.file}.part`;
  const since = new Date(to.now - days * 86_400_000).toISOString();
  const hash = createHash('sha256');
  const handle = await open(part, 'w', 0o600);
  let [rows, left]: [number, number] = [0, to.mostBytes ?? MOST_BYTES];
  let [newest, oldest]: (string | null)[] = [null, null];
  try {
    await inTransaction(pool, async (client) => {
      await query(
        client,
        `DECLARE labelled NO SCROLL CURSOR FOR SELECT at, row_to_json(found)::text AS line FROM (${ROWS}) found`,
        [...[target, endpoint, since, maxRows]],
      );
      for await (const { at, line } of lines(client)) {
        to.signal.throwIfAborted();
        const text = Buffer.from(`${line}\n`);
        if (text.length > left) break;
        left -= text.length;
        hash.update(text);
        await handle.appendFile(text);
        rows += 1;
        newest ??= at;
        oldest = at;
      }
    });
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await rename(part, to.file);
  return { rows, from: oldest ?? null, to: newest ?? null, sha256: hash.digest('hex') };
}

async function* lines(client: PoolClient): AsyncGenerator<{ readonly at: string; readonly line: string }> {
  for (;;) {
    const page = await query<{ at: string; line: string }>(client, `FETCH ${PAGE} FROM labelled`);
    yield* page;
    if (page.length < PAGE) return;
  }
}
