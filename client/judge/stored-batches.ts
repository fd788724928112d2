import { createHash } from 'node:crypto';
import { canonicalJson, type GateBatch, type GateBatchBody } from '../../domain/gate-batch.ts';
import { Failure } from '../failure.ts';
import { withDatabase } from '../stack/parts/postgres-roles.ts';
import { withoutPassword } from '../stack/addresses.ts';
import type { Place } from '../rollouts/place.ts';

/** The batches that a gate looked at, as they are stored now. */
export interface StoredBatches {
  /** In order. */
  readonly batches: readonly GateBatch[];
  /** Indexes of those that are not what was sealed: their body has another hash than the one stored with it. */
  readonly changed: readonly number[];
}

export interface BatchRange extends Place {
  readonly epoch: number;
  readonly fromSequence: number;
  readonly lastIndex: number;
}

/** @throws Failure `no_database` */
export async function readStoredBatches(databaseUrl: string, range: BatchRange): Promise<StoredBatches> {
  const { target, endpoint, epoch, fromSequence, lastIndex } = range;
  try {
    const { rows } = await withDatabase(databaseUrl, (client) =>
      client.query<{ body: GateBatchBody; hash: string }>(
        `SELECT body, hash FROM slipway.gate_batches
         WHERE target = $1 AND endpoint = $2 AND epoch = $3 AND sequence >= $4 AND index <= $5
         ORDER BY index`,
        [target, endpoint, epoch, fromSequence, lastIndex],
      ),
    );
    return {
      batches: rows.map(({ body, hash }) => ({ ...body, hash })),
      changed: rows.filter(({ body, hash }) => batchHash(body) !== hash).map(({ body }) => body.index),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(
      `gate batches at ${withoutPassword(databaseUrl)} cannot be read: ${message}; start the local stack with \`slipway up\`, or set DATABASE_URL`,
      { code: 'no_database', cause: error },
    );
  }
}

/** As the serving host seals them. */
function batchHash(body: GateBatchBody): string {
  return `sha256:${createHash('sha256').update(canonicalJson(body)).digest('hex')}`;
}
