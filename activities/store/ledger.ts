import type { Pool, PoolClient } from 'pg';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { GENESIS, ledgerHash } from './ledger-hash.ts';
import type { LedgerRow } from './ledger-hash.ts';
import { inTransaction, lock, query } from './query.ts';
import { safeInteger, storable } from './values.ts';

/** The endpoint whose chain is meant. */
export interface LedgerPlace {
  readonly target: string;
  readonly endpoint: string;
}

export interface LedgerRange {
  /** Only rows of this rollout. */
  readonly rolloutId?: string;
  /** Only rows behind this one. */
  readonly afterSeq?: number;
  readonly limit?: number;
}

/**
 * Writes entries behind the endpoint's last row, all or none, and returns their rows in the order given.
 *
 * Repeating a key writes nothing and returns the row that is there. @throws StoreUnreachable
 */
export async function appendLedger(pool: Pool, entries: readonly LedgerEntry[]): Promise<LedgerRow[]> {
  const clean = entries.map(normalised);
  return inTransaction(pool, async (client) => {
    const places = [...new Set(clean.map(({ target, endpoint }) => `${target}\n${endpoint}`))].sort();
    // Always in the same order, since two that wait for each other's lock would wait for ever.
    for (const place of places) await lock(client, 'slipway.ledger', place);
    const rows: LedgerRow[] = [];
    for (const entry of clean) rows.push((await findByKey(client, entry)) ?? (await insertNext(client, entry)));
    return rows;
  });
}

/** The rows of an endpoint, oldest first, at most `limit` (1,000). @throws StoreUnreachable */
export async function readLedger(
  pool: Pool,
  { target, endpoint }: LedgerPlace,
  { rolloutId, afterSeq = 0, limit = 1_000 }: LedgerRange = {},
): Promise<LedgerRow[]> {
  const rows = await query<StoredRow>(
    pool,
    `SELECT * FROM slipway.ledger
     WHERE target = $1 AND endpoint = $2 AND seq > $3 AND ($4::text IS NULL OR rollout_id = $4)
     ORDER BY seq LIMIT $5`,
    [target, endpoint, afterSeq, rolloutId ?? null, limit],
  );
  return rows.map(fromStored);
}

/** The endpoint's last row, `null` before the first. @throws StoreUnreachable */
export async function lastLedgerRow(
  on: Pool | PoolClient,
  { target, endpoint }: LedgerPlace,
): Promise<LedgerRow | null> {
  const [row] = await query<StoredRow>(
    on,
    'SELECT * FROM slipway.ledger WHERE target = $1 AND endpoint = $2 ORDER BY seq DESC LIMIT 1',
    [target, endpoint],
  );
  return row ? fromStored(row) : null;
}

/** Exactly the fields that are stored, in the form in which they are read back: the hash must cover nothing else. */
function normalised(entry: LedgerEntry): LedgerEntry {
  return storable({
    key: entry.key,
    target: entry.target,
    endpoint: entry.endpoint,
    rolloutId: entry.rolloutId,
    rolloutSequence: entry.rolloutSequence,
    effectiveAt: new Date(entry.effectiveAt).toISOString(),
    actor: { name: entry.actor.name, proof: entry.actor.proof },
    stage: entry.stage,
    step: entry.step ?? null,
    reason: entry.reason,
    detail: entry.detail ?? {},
    evidence: entry.evidence ?? null,
  });
}

async function findByKey(client: PoolClient, { target, endpoint, key }: LedgerEntry): Promise<LedgerRow | null> {
  const [row] = await query<StoredRow>(
    client,
    'SELECT * FROM slipway.ledger WHERE target = $1 AND endpoint = $2 AND key = $3',
    [target, endpoint, key],
  );
  return row ? fromStored(row) : null;
}

async function insertNext(client: PoolClient, entry: LedgerEntry): Promise<LedgerRow> {
  const last = await lastLedgerRow(client, entry);
  const fields = {
    ...entry,
    seq: (last?.seq ?? 0) + 1,
    recordedAt: await databaseTime(client),
    prevHash: last?.hash ?? GENESIS,
  };
  const row: LedgerRow = { ...fields, hash: ledgerHash(fields) };
  await query(
    client,
    `INSERT INTO slipway.ledger
       (target, endpoint, seq, rollout_id, rollout_seq, key, effective_at, recorded_at, actor, actor_proof,
        stage, step, reason, detail, evidence, prev_hash, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      ...[row.target, row.endpoint, row.seq, row.rolloutId, row.rolloutSequence, row.key],
      ...[row.effectiveAt, row.recordedAt, row.actor.name, row.actor.proof, row.stage, row.step, row.reason],
      JSON.stringify(row.detail),
      row.evidence === null ? null : JSON.stringify(row.evidence),
      row.prevHash,
      row.hash,
    ],
  );
  return row;
}

/** The hash needs the time before the row is there, and a worker's own clock would be the worker's word only. */
async function databaseTime(client: PoolClient): Promise<string> {
  const [row] = await query<{ now: Date }>(client, `SELECT date_trunc('milliseconds', clock_timestamp()) AS now`);
  if (!row) throw new Error('PostgreSQL told no time');
  return row.now.toISOString();
}

interface StoredRow {
  readonly target: string;
  readonly endpoint: string;
  readonly seq: string;
  readonly rollout_id: string;
  readonly rollout_seq: number;
  readonly key: string;
  readonly effective_at: Date;
  readonly recorded_at: Date;
  readonly actor: string;
  readonly actor_proof: LedgerEntry['actor']['proof'];
  readonly stage: LedgerEntry['stage'];
  readonly step: string | null;
  readonly reason: LedgerEntry['reason'];
  readonly detail: LedgerEntry['detail'];
  readonly evidence: unknown;
  readonly prev_hash: string;
  readonly hash: string;
}

function fromStored(row: StoredRow): LedgerRow {
  return {
    key: row.key,
    target: row.target,
    endpoint: row.endpoint,
    rolloutId: row.rollout_id,
    rolloutSequence: row.rollout_seq,
    effectiveAt: row.effective_at.toISOString(),
    actor: { name: row.actor, proof: row.actor_proof },
    stage: row.stage,
    step: row.step,
    reason: row.reason,
    detail: row.detail,
    evidence: row.evidence,
    seq: safeInteger(row.seq),
    recordedAt: row.recorded_at.toISOString(),
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}
