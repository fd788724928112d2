import type { Pool } from 'pg';
import type { GateBatch, GateBatchBody } from '../../domain/gate-batch.ts';
import { query } from '../store/query.ts';
import { batchHash } from './batch-hash.ts';

export interface BatchQuery {
  readonly target: string;
  readonly endpoint: string;
  readonly epoch: number;
  /** Batches under an earlier change of the route are left out. */
  readonly fromSequence: number;
  /** Where the reader left off; -1 at the beginning. */
  readonly afterIndex: number;
  readonly limit?: number;
}

/** A sealed batch is not what was sealed: somebody changed it, and no verdict may rest on it. */
export class BatchChanged extends Error {
  override readonly name = 'BatchChanged';
}

/**
 * The next sealed batches of one rollout, in order, at most `limit` (1,000), each verified against its hash.
 *
 * @throws BatchChanged, StoreUnreachable
 */
export async function readBatches(pool: Pool, { limit = 1_000, ...wanted }: BatchQuery): Promise<GateBatch[]> {
  const [next] = await readNextBatches(pool, [wanted], limit);
  if (next?.changed) throw next.changed;
  return next?.batches ?? [];
}

/**
 * Where to read on. A reader that is new begins at the rollout's first batch, found by its fence: reading on from the
 * endpoint's first would pass by all that earlier rollouts left. The sum keeps PostgreSQL from answering `min` that way.
 */
const BEGINNING = `
  SELECT CASE WHEN wanted.after_index >= 0 THEN wanted.after_index + 1 ELSE (
    SELECT min(own.index + 0) FROM slipway.gate_batches AS own
    WHERE own.target = wanted.target AND own.endpoint = wanted.endpoint AND own.epoch = wanted.epoch
      AND own.sequence >= wanted.from_sequence
  ) END AS index`;

/** What came next for one reader: whole batches, up to the first that was changed, if any was. */
export interface NextBatches {
  readonly batches: GateBatch[];
  readonly changed: BatchChanged | null;
}

/**
 * The same for many readers in one statement, at most `limit` batches for each; the answers are in the readers' order.
 *
 * @throws StoreUnreachable
 */
export async function readNextBatches(
  pool: Pool,
  readers: readonly BatchQuery[],
  limit: number,
): Promise<NextBatches[]> {
  const column = (of: (reader: BatchQuery) => unknown) => readers.map(of);
  const rows = await query<StoredBatch & { readonly reader: number }>(
    pool,
    `SELECT reader::int, target, body, hash
     FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) WITH ORDINALITY
       AS wanted (target, endpoint, epoch, from_sequence, after_index, reader),
     LATERAL (${BEGINNING}) AS beginning,
     LATERAL (
       SELECT sealed.index, body, hash FROM slipway.gate_batches AS sealed
       WHERE sealed.target = wanted.target AND sealed.endpoint = wanted.endpoint AND sealed.epoch = wanted.epoch
         AND sealed.sequence >= wanted.from_sequence AND sealed.index >= beginning.index
       ORDER BY sealed.index LIMIT $6
     ) AS next
     ORDER BY reader, next.index`,
    [
      column(({ target }) => target),
      column(({ endpoint }) => endpoint),
      column(({ epoch }) => epoch),
      column(({ fromSequence }) => fromSequence),
      column(({ afterIndex }) => afterIndex),
      limit,
    ],
  );
  const answers = readers.map(() => ({ batches: [] as GateBatch[], changed: null as BatchChanged | null }));
  for (const row of rows) {
    const answer = answers[row.reader - 1];
    if (!answer || answer.changed) continue;
    const batch = verified(row);
    if (batch instanceof BatchChanged) answer.changed = batch;
    else answer.batches.push(batch);
  }
  return answers;
}

/** The endpoint's newest sealed batch, whatever its fence; `null` before the first. @throws BatchChanged, StoreUnreachable */
export async function lastBatch(
  pool: Pool,
  { target, endpoint }: Pick<BatchQuery, 'target' | 'endpoint'>,
): Promise<GateBatch | null> {
  const [row] = await query<StoredBatch>(
    pool,
    `SELECT target, body, hash FROM slipway.gate_batches
     WHERE target = $1 AND endpoint = $2 ORDER BY index DESC LIMIT 1`,
    [target, endpoint],
  );
  if (!row) return null;
  const batch = verified(row);
  if (batch instanceof BatchChanged) throw batch;
  return batch;
}

/**
 * The last batches before a fence with requests of one version, oldest first, at most `limit`; of the last 10,000, since what
 * was longer ago was another world.
 *
 * @throws BatchChanged, StoreUnreachable
 */
export async function batchesBefore(
  pool: Pool,
  asked: Pick<BatchQuery, 'target' | 'endpoint' | 'epoch'> & { readonly sequence: number; readonly version: string },
  limit: number,
): Promise<GateBatch[]> {
  const rows = await query<StoredBatch>(
    pool,
    `SELECT target, body, hash FROM (
       SELECT target, index, body, hash FROM slipway.gate_batches
       WHERE target = $1 AND endpoint = $2 AND (epoch, sequence) < ($3::bigint, $4::bigint)
       ORDER BY index DESC LIMIT 10000
     ) AS recent
     WHERE body -> 'arms' @> jsonb_build_array(jsonb_build_object('version', $5::text))
     ORDER BY index DESC LIMIT $6`,
    [asked.target, asked.endpoint, asked.epoch, asked.sequence, asked.version, limit],
  );
  return rows.toReversed().map((row) => {
    const batch = verified(row);
    if (batch instanceof BatchChanged) throw batch;
    return batch;
  });
}

/** A batch as PostgreSQL keeps it. */
export interface StoredBatch {
  readonly target: string;
  readonly body: GateBatchBody;
  readonly hash: string;
}

/** The batch, if it still is what was sealed. */
export function verified({ target, body, hash }: StoredBatch): GateBatch | BatchChanged {
  if (batchHash(body) === hash) return { ...body, hash };
  return new BatchChanged(`gate batch ${body.index} of ${target}.${body.endpoint} was changed after it was sealed`);
}
