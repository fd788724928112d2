import type { Pool } from 'pg';
import type { SeenLedger } from '../../domain/invariants.ts';
import { lastWord, passagesOf } from '../../domain/invariants/history.ts';
import { rolloutId } from '../../domain/ids.ts';
import type { LedgerRow } from '../store/ledger-hash.ts';
import { lastLedgerRow, readLedger } from '../store/ledger.ts';
import { query } from '../store/query.ts';
import { safeInteger } from '../store/values.ts';
import { verifyLedger } from '../store/verify-ledger.ts';
import type { Place } from './ports.ts';

/** How many rows the janitor reads: those of the last few rollouts, however long the ledger is. */
const TAIL_ROWS = 100;
const PAGE_ROWS = 1_000;

/**
 * An endpoint's ledger: the whole of it with its hashes computed again, or only its end as it stands, which is enough to
 * tell what belongs where and costs little on a thousand endpoints. @throws StoreUnreachable
 */
export async function readSeenLedger(pool: Pool, place: Place, whole: boolean): Promise<SeenLedger> {
  if (whole) {
    const check = await verifyLedger(pool, place);
    const broken = check.intact ? null : { seq: check.seq, detail: check.detail };
    return { rows: await readFrom(pool, place, 0), isExcerpt: false, broken };
  }
  const head = await lastLedgerRow(pool, place);
  const from = Math.max(0, (head?.seq ?? 0) - TAIL_ROWS);
  const rows = await readFrom(pool, place, from);
  if (from === 0 || tellsEnough(rows)) return { rows, isExcerpt: from > 0, broken: null };
  return { rows: await readFrom(pool, place, 0), isExcerpt: false, broken: null };
}

/** Whether the last word on what serves, and the snapshot of a rollout that is open, are among the rows. */
function tellsEnough(rows: readonly LedgerRow[]): boolean {
  const last = passagesOf(rows).at(-1);
  return lastWord(rows) !== undefined && (last === undefined || last.closed || last.home !== undefined);
}

async function readFrom(pool: Pool, place: Place, afterSeq: number): Promise<LedgerRow[]> {
  const page = await readLedger(pool, place, { afterSeq, limit: PAGE_ROWS });
  const last = page.at(-1);
  return page.length < PAGE_ROWS || !last ? page : [...page, ...(await readFrom(pool, place, last.seq))];
}

/** The rollout that was given an epoch under this key; `null` before its preflight. @throws StoreUnreachable */
export async function rolloutOf(pool: Pool, place: Place, rolloutKey: string): Promise<string | null> {
  const { target, endpoint } = place;
  const [row] = await query<{ epoch: string }>(
    pool,
    'SELECT epoch FROM slipway.epochs WHERE target = $1 AND endpoint = $2 AND rollout_key = $3',
    [target, endpoint, rolloutKey],
  );
  return row ? rolloutId(target, endpoint, safeInteger(row.epoch)) : null;
}

/** The registry alias that belongs to an endpoint; `null` when it owns none. @throws StoreUnreachable */
export async function ownedAlias(
  pool: Pool,
  { target, endpoint }: Place,
  model: string | null,
): Promise<{ readonly model: string; readonly name: string } | null> {
  const [row] = await query<{ model: string; name: string }>(
    pool,
    `SELECT model, alias AS name FROM slipway.alias_owners
     WHERE target = $1 AND endpoint = $2 AND ($3::text IS NULL OR model = $3) ORDER BY claimed_at DESC LIMIT 1`,
    [target, endpoint, model],
  );
  return row ?? null;
}

/** Every endpoint that a rollout was ever prepared for. @throws StoreUnreachable */
export async function knownPlaces(pool: Pool): Promise<Place[]> {
  return query<{ target: string; endpoint: string }>(
    pool,
    'SELECT DISTINCT target, endpoint FROM slipway.epochs ORDER BY target, endpoint',
  );
}
