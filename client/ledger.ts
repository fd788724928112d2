import { Failure } from './failure.ts';
import { withDatabase } from './stack/parts/postgres-roles.ts';
import { withoutPassword } from './stack/addresses.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { Place } from './rollouts/place.ts';

/** A row of the ledger, as people and auditors read it. */
export interface HistoryRow extends LedgerEntry {
  readonly seq: number;
  /** ISO 8601: when it was written. */
  readonly recordedAt: string;
  readonly hash: string;
}

interface StoredRow extends Omit<HistoryRow, 'seq' | 'effectiveAt' | 'recordedAt'> {
  readonly seq: string;
  readonly effectiveAt: Date;
  readonly recordedAt: Date;
}

const COLUMNS = `seq, key, target, endpoint, rollout_id AS "rolloutId", rollout_seq AS "rolloutSequence",
  effective_at AS "effectiveAt", recorded_at AS "recordedAt",
  json_build_object('name', actor, 'proof', actor_proof) AS actor, stage, step, reason, detail, evidence, hash`;

interface HistoryQuery {
  /** Only rows of this rollout, or of this step. */
  readonly rollout?: string;
  readonly step?: string;
  readonly limit: number;
}

/** The latest rows of an endpoint, oldest first. */
export async function readHistory(
  databaseUrl: string,
  { target, endpoint, rollout, step, limit }: Place & HistoryQuery,
): Promise<HistoryRow[]> {
  const rows = await selectLedger(
    databaseUrl,
    `target = $1 AND endpoint = $2 AND ($3::text IS NULL OR rollout_id = $3)
       AND ($4::text IS NULL OR step = $4) ORDER BY slipway.ledger.seq DESC LIMIT $5`,
    [target, endpoint, rollout ?? null, step ?? null, limit],
  );
  return rows.toReversed();
}

/** The rows that a condition in SQL picks, in its order. @throws Failure `no_database` */
export async function selectLedger(
  databaseUrl: string,
  condition: string,
  values: readonly unknown[],
): Promise<HistoryRow[]> {
  try {
    const { rows } = await withDatabase(databaseUrl, (client) =>
      client.query<StoredRow>(`SELECT ${COLUMNS} FROM slipway.ledger WHERE ${condition}`, [...values]),
    );
    return rows.map((row) => ({
      ...row,
      seq: Number(row.seq),
      effectiveAt: row.effectiveAt.toISOString(),
      recordedAt: row.recordedAt.toISOString(),
    }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(
      `the ledger at ${withoutPassword(databaseUrl)} cannot be read: ${message}; start the local stack with \`slipway up\`, or set DATABASE_URL`,
      { code: 'no_database', cause: error },
    );
  }
}
