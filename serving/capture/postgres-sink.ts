import { createHash } from 'node:crypto';
import pg from 'pg';
import { canonicalJson } from '../../domain/gate-batch.ts';
import type { GateBatch, GateBatchBody } from '../../domain/gate-batch.ts';
import { UNKNOWN_LABEL_DAYS } from '../../domain/serving-contract.ts';
import type { BatchSink } from './batch-sink.ts';
import type { Draft } from './fence-tally.ts';
import { createLabelReader, markCredited } from './label-queries.ts';
import { NO_COHORTS } from './labels/cohorts.ts';
import type { Cohorts } from './labels/cohorts.ts';
import { createLabelDesk } from './labels/label-desk.ts';
import { createProfiles } from './profile.ts';
import type { Profiles } from './profile.ts';
import { insertPredictions } from './prediction-queries.ts';
import { countRewards } from './rewards/count-rewards.ts';

export interface PostgresSinkOptions {
  /** `undefined` leaves it to the `PG…` variables. */
  readonly connectionString: string | undefined;
  readonly target: string;
  readonly onFault: (error: Error) => void;
  /** What is remembered of predictions and labels; without it labels have no cohorts. */
  readonly cohorts?: Cohorts;
  readonly profiles?: Profiles;
}

/** The endpoint's last batch, to number the next one, and to recognise one whose storing ended unknown. */
interface Last {
  readonly index: number;
  readonly interval: string;
  readonly batch: GateBatch | null;
}

/** A draft that may have been stored, and what is to be remembered if it was. */
interface Unsettled {
  readonly interval: string;
  readonly settle: () => void;
}

export function createPostgresSink(options: PostgresSinkOptions): BatchSink {
  const { connectionString, target, onFault, cohorts = NO_COHORTS, profiles = createProfiles(null) } = options;
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
  const unsettled = new Map<string, Unsettled>();
  const pendingLabels = createLabelReader(target);
  const countLabels = createLabelDesk({ cohorts, profiles });

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

  async function storeOnce(client: pg.PoolClient, given: Draft, tolerance: number): Promise<GateBatch> {
    const { isLate = false, ...draft } = given;
    const { endpoint } = draft;
    const last = lasts.get(endpoint) ?? (await readLast(client, target, endpoint));
    if (last.batch !== null && last.interval === intervalOf(draft)) return settled(last.batch);
    // Not known any more until this has gone through: after a lost connection nobody can tell whether it was stored.
    lasts.delete(endpoint);
    await client.query('begin');
    const index = last.index + 1;
    const pending = await pendingLabels(client, endpoint, draft.sealed);
    const { credited, labels, pairs, settle } = countLabels(draft, pending, { index, tolerance });
    // A test's gate begins at the fence of the test: users in a batch of the canary's late ends would be lost to it.
    const rewards = isLate ? [] : await countRewards(client, target, draft, index);
    const batch = sealedBatch({ ...draft, pairs, index, labels, ...(rewards.length > 0 && { rewards }) });
    await insertBatch(client, target, batch);
    await markCredited(client, target, batch, credited);
    unsettled.set(endpoint, { interval: intervalOf(draft), settle });
    await client.query('commit');
    lasts.set(endpoint, { index: batch.index, interval: intervalOf(batch), batch });
    return settled(batch);
  }

  /** Remembers what a stored batch counted, once; also when its storing was found out about only later. */
  function settled(batch: GateBatch): GateBatch {
    const { endpoint } = batch;
    const last = unsettled.get(endpoint);
    unsettled.delete(endpoint);
    cohorts.addBatch(batch);
    if (last?.interval === intervalOf(batch)) last.settle();
    cohorts.flush(endpoint);
    return batch;
  }

  return {
    addBatch,
    addPredictions: (rows) => insertPredictions(pool, target, rows),
    async keepHouse(retentionDays) {
      await pool.query('select slipway.ensure_partitions()');
      for (const [endpoint, days] of retentionDays)
        await pool.query('select slipway.drop_expired($1, $2, $3)', [target, endpoint, Math.ceil(days)]);
      await pool.query('select slipway.drop_unknown($1, $2)', [target, UNKNOWN_LABEL_DAYS]);
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
