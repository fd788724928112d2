import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { Deps } from './deps.ts';
import { appendLedger } from './store/ledger.ts';

export function createLedgerActivities({ pool }: Deps) {
  return {
    /** Writes transitions in order; repeating one writes nothing. */
    async recordTransitions({ entries }: { entries: readonly LedgerEntry[] }): Promise<void> {
      await appendLedger(pool, entries);
    },
  };
}
