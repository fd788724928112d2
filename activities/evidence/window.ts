import type { Pool } from 'pg';
import type { GateBatch } from '../../domain/gate-batch.ts';
import { query } from '../store/query.ts';
import { safeInteger } from '../store/values.ts';
import { BatchChanged, verified, type BatchQuery, type StoredBatch } from './batches.ts';

/** About a day of batches of ten seconds; after an outage of the workers that is longer, the latest ones count. */
const MOST = 8_640;

/**
 * Everything that was sealed for an endpoint behind a batch, under whatever fence, up to a moment (ISO 8601), in order; each verified against its hash.
 *
 * @throws BatchChanged, StoreUnreachable
 */
export async function readWindow(
  pool: Pool,
  { target, endpoint }: Pick<BatchQuery, 'target' | 'endpoint'>,
  { afterIndex, to }: { readonly afterIndex: number; readonly to: string },
): Promise<GateBatch[]> {
  const rows = await query<StoredBatch>(
    pool,
    `SELECT target, body, hash FROM slipway.gate_batches
     WHERE target = $1 AND endpoint = $2 AND index > $3 AND sealed_at <= $4 ORDER BY index DESC LIMIT $5`,
    [target, endpoint, afterIndex, to, MOST],
  );
  return rows.reverse().map((row) => {
    const batch = verified(row);
    if (batch instanceof BatchChanged) throw batch;
    return batch;
  });
}

/** The number of an endpoint's newest batch; `null` before the first. @throws StoreUnreachable */
export async function newestIndex(
  pool: Pool,
  { target, endpoint }: Pick<BatchQuery, 'target' | 'endpoint'>,
): Promise<number | null> {
  const [row] = await query<{ index: string | null }>(
    pool,
    'SELECT max(index) AS index FROM slipway.gate_batches WHERE target = $1 AND endpoint = $2',
    [target, endpoint],
  );
  return row?.index == null ? null : safeInteger(row.index);
}
