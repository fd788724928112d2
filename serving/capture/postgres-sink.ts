import { createHash } from 'node:crypto';
import pg from 'pg';
import { canonicalJson } from '../../domain/gate-batch.ts';
import type { GateBatch, GateBatchBody } from '../../domain/gate-batch.ts';
import type { BatchSink } from './batch-sink.ts';
import type { Draft } from './fence-tally.ts';
import { createLabelReader, markCredited } from './label-queries.ts';
import { credit, labelCounts } from './labels.ts';
import { insertPredictions } from './prediction-queries.ts';

export interface PostgresSinkOptions {
  /** `undefined` leaves it to the `PG…` variables. */
  readonly connectionString: string | undefined;
  readonly target: string;
  readonly onFault: (error: Error) => void;
}

/** The endpoint's last batch, to number the next one, and to recognise one whose storing ended unknown. */
interface Last {
  readonly index: number;
  readonly interval: string;
  readonly batch: GateBatch | null;
}

export function createPostgresSink({ connectionString, target, onFault }: PostgresSinkOptions): BatchSink {
  const pool = new pg.Pool({
    ...(connectionString === undefined ? {} : { connectionString }),
    application_name: 'slipway-capture',
    max: 2,
    connectionTimeoutMillis: 3000,
    query_timeout: 15_000,
  });
  // A connection that breaks while idle must not end the process.
  pool.on('error', onFault);
  const lasts = new Map<string, Last>();
  const pendingLabels = createLabelReader(target);

  async function addBatch(draft: Draft, tolerance: number): Promise<GateBatch> {
    const client = await pool.connect();
    try {
      const batch = await storeOnce(client, draft, tolerance);
      client.release();
      return batch;
    } catch (error) {
      // Closes the connection, and with it the transaction.
      client.release(true);
      throw error;
    }
  }

  async function storeOnce(client: pg.PoolClient, draft: Draft, tolerance: number): Promise<GateBatch> {
    const { endpoint } = draft;
    const last = lasts.get(endpoint) ?? (await readLast(client, target, endpoint));
    if (last.batch !== null && last.interval === intervalOf(draft)) return last.batch;
    // Not known any more until this has gone through: after a lost connection nobody can tell whether it was stored.
    lasts.delete(endpoint);
    await client.query('begin');
    const credited = credit(await pendingLabels(client, endpoint, draft.sealed), tolerance);
    const batch = sealedBatch({ ...draft, index: last.index + 1, labels: labelCounts(credited) });
    await insertBatch(client, target, batch);
    await markCredited(client, target, batch, credited);
    await client.query('commit');
    lasts.set(endpoint, { index: batch.index, interval: intervalOf(batch), batch });
    return batch;
  }

  return {
    addBatch,
    addPredictions: (rows) => insertPredictions(pool, target, rows),
    async keepHouse(retentionDays) {
      await pool.query('select slipway.ensure_partitions()');
      for (const [endpoint, days] of retentionDays)
        await pool.query('select slipway.drop_expired($1, $2, $3)', [target, endpoint, Math.ceil(days)]);
    },
    close: () => pool.end(),
  };
}

/** The batch with its hash: `sha256:` over the canonical JSON of its body. */
export function sealedBatch(body: GateBatchBody): GateBatch {
  return { ...body, hash: `sha256:${createHash('sha256').update(canonicalJson(body)).digest('hex')}` };
}

const INSERT = `
  insert into slipway.gate_batches (target, endpoint, index, epoch, sequence, opened_at, sealed_at, body, hash)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

async function insertBatch(client: pg.PoolClient, target: string, { hash, ...body }: GateBatch): Promise<void> {
  const { endpoint, index, fence, opened, sealed } = body;
  const columns = [target, endpoint, index, fence.epoch, fence.sequence, opened, sealed, canonicalJson(body), hash];
  await client.query(INSERT, columns);
}

const LAST = `
  select body, hash from slipway.gate_batches where target = $1 and endpoint = $2 order by index desc limit 1`;

async function readLast(client: pg.PoolClient, target: string, endpoint: string): Promise<Last> {
  const { rows } = await client.query<{ body: GateBatchBody; hash: string }>(LAST, [target, endpoint]);
  const [row] = rows;
  if (row === undefined) return { index: -1, interval: '', batch: null };
  return { index: row.body.index, interval: intervalOf(row.body), batch: { ...row.body, hash: row.hash } };
}

function intervalOf({ fence, opened, sealed }: Pick<GateBatchBody, 'fence' | 'opened' | 'sealed'>): string {
  return canonicalJson([fence, opened, sealed]);
}
