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
export async function readBatches(pool: Pool, wanted: BatchQuery): Promise<GateBatch[]> {
  const { target, endpoint, epoch, fromSequence, afterIndex, limit = 1_000 } = wanted;
  const rows = await query<StoredBatch>(
    pool,
    `SELECT target, body, hash FROM slipway.gate_batches
     WHERE target = $1 AND endpoint = $2 AND epoch = $3 AND sequence >= $4 AND index > $5
     ORDER BY index LIMIT $6`,
    [target, endpoint, epoch, fromSequence, afterIndex, limit],
  );
  return rows.map(verified);
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
  return row ? verified(row) : null;
}

interface StoredBatch {
  readonly target: string;
  readonly body: GateBatchBody;
  readonly hash: string;
}

function verified({ target, body, hash }: StoredBatch): GateBatch {
  if (batchHash(body) !== hash)
    throw new BatchChanged(`gate batch ${body.index} of ${target}.${body.endpoint} was changed after it was sealed`);
  return { ...body, hash };
}
