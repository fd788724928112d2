import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/gate-batch.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';

/** An entry in its place in the chain. */
export interface LedgerRow extends LedgerEntry {
  /** Position among the endpoint's rows; gap-free from 1. */
  readonly seq: number;
  /** ISO 8601: when it was written, by the database's clock. */
  readonly recordedAt: string;
  /** The hash of the row before; {@link GENESIS} for the first. */
  readonly prevHash: string;
  readonly hash: string;
}

/** What the first row of every chain follows. */
export const GENESIS = `sha256:${'0'.repeat(64)}`;

/** `sha256:` over the canonical JSON of all the row's fields but the hash itself. */
export function ledgerHash({ hash: _, ...fields }: Omit<LedgerRow, 'hash'> & { readonly hash?: string }): string {
  return `sha256:${createHash('sha256').update(canonicalJson(fields)).digest('hex')}`;
}
