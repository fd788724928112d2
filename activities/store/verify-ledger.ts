import type { Pool } from 'pg';
import { GENESIS, ledgerHash } from './ledger-hash.ts';
import type { LedgerRow } from './ledger-hash.ts';
import { readLedger } from './ledger.ts';
import type { LedgerPlace } from './ledger.ts';

/** The head of a chain as it was once, kept where whoever can change the database cannot: in the registry. */
export interface LedgerAnchor {
  readonly seq: number;
  readonly hash: string;
}

export type LedgerCheck =
  | { readonly intact: true; readonly rows: number; readonly head: LedgerAnchor | null }
  | {
      readonly intact: false;
      /** `rewritten`: a chain that is right in itself but not the one that was anchored. */
      readonly fault: 'changed' | 'missing' | 'unchained' | 'rewritten' | 'cut';
      /** The first row that is not as it was written. */
      readonly seq: number;
      readonly detail: string;
    };

export interface VerifyOptions {
  /** Heads noted earlier; without one, a tail that was cut off leaves no trace. */
  readonly anchors?: readonly LedgerAnchor[];
  readonly pageSize?: number;
}

/** The row as an anchor. */
export function anchorOf({ seq, hash }: LedgerRow): LedgerAnchor {
  return { seq, hash };
}

/** `12:sha256:…`, as tags hold it. */
export function formatAnchor({ seq, hash }: LedgerAnchor): string {
  return `${seq}:${hash}`;
}

/** The inverse of {@link formatAnchor}; `null` for anything else. */
export function parseAnchor(text: string): LedgerAnchor | null {
  const match = /^(\d+):(sha256:[0-9a-f]{64})$/.exec(text);
  return match?.[1] && match[2] ? { seq: Number(match[1]), hash: match[2] } : null;
}

/** Computes an endpoint's whole chain again and names the first row that does not fit. @throws StoreUnreachable */
export async function verifyLedger(
  pool: Pool,
  place: LedgerPlace,
  { anchors = [], pageSize = 500 }: VerifyOptions = {},
): Promise<LedgerCheck> {
  const chain = new ChainCheck(anchors);
  for (;;) {
    const page: LedgerRow[] = await readLedger(pool, place, { afterSeq: chain.head?.seq ?? 0, limit: pageSize });
    for (const row of page) {
      const fault = chain.next(row);
      if (fault) return fault;
    }
    if (page.length < pageSize) return chain.end();
  }
}

/** The check itself, row by row in the order of their numbers, wherever the rows come from. */
export class ChainCheck {
  readonly #anchors: readonly LedgerAnchor[];
  head: LedgerAnchor | null = null;

  constructor(anchors: readonly LedgerAnchor[]) {
    this.#anchors = anchors;
  }

  /** The fault of this row, after those before it; `null` when it fits. */
  next(row: LedgerRow): LedgerCheck | null {
    const fault = faultOf(row, this.head, this.#anchors);
    this.head = anchorOf(row);
    return fault;
  }

  end(): LedgerCheck {
    return checkTail(this.head, this.#anchors);
  }
}

function faultOf(row: LedgerRow, before: LedgerAnchor | null, anchors: readonly LedgerAnchor[]): LedgerCheck | null {
  const expected = (before?.seq ?? 0) + 1;
  if (row.seq !== expected) return broken('missing', expected, `row ${expected} is missing, row ${row.seq} comes next`);
  if (ledgerHash(row) !== row.hash)
    return broken('changed', row.seq, `row ${row.seq} was changed after it was written`);
  if (row.prevHash !== (before?.hash ?? GENESIS))
    return broken('unchained', row.seq, `row ${row.seq} does not follow the row before it`);
  if (anchors.some((anchor) => anchor.seq === row.seq && anchor.hash !== row.hash))
    return broken('rewritten', row.seq, `row ${row.seq} is not the one whose hash was anchored`);
  return null;
}

function checkTail(head: LedgerAnchor | null, anchors: readonly LedgerAnchor[]): LedgerCheck {
  const rows = head?.seq ?? 0;
  const furthest = Math.max(0, ...anchors.map((anchor) => anchor.seq));
  if (furthest > rows)
    return broken('cut', rows + 1, `the ledger ends at row ${rows} and row ${furthest} was anchored`);
  return { intact: true, rows, head };
}

function broken(fault: Extract<LedgerCheck, { intact: false }>['fault'], seq: number, detail: string): LedgerCheck {
  return { intact: false, fault, seq, detail };
}
