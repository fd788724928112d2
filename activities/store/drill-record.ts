import type { Pool } from 'pg';
import { query } from './query.ts';
import type { LedgerPlace } from './ledger.ts';

export const DRILL_RESULTS = ['passed', 'failed', 'not_held'] as const;

/** The last drill on an endpoint that ended so, with this fault. */
export interface DrillRecord extends LedgerPlace {
  readonly fault: string;
  readonly result: (typeof DRILL_RESULTS)[number];
  readonly at: Date;
  /** `null` where it did not come so far. */
  readonly seconds: number | null;
}

/** What the ledger knows of an endpoint's way back. */
export interface RollbackRecord {
  /** The last of each fault and result. */
  readonly drills: readonly DrillRecord[];
  /** Of each endpoint, when its first version was promoted. */
  readonly promoted: readonly (LedgerPlace & { readonly at: Date })[];
}

interface Row extends DrillRecord {
  readonly reason: string;
}

/** Of every endpoint, read in one pass over the ledger. @throws StoreUnreachable */
export async function rollbackRecord(pool: Pool): Promise<RollbackRecord> {
  const rows = await query<Row>(
    pool,
    `SELECT target, endpoint, reason,
       CASE reason WHEN 'DrillPassed' THEN 'passed' WHEN 'DrillFailed' THEN 'failed' ELSE 'not_held' END AS result,
       coalesce(detail #>> '{drill,fault,kind}', 'unknown') AS fault,
       CASE reason WHEN 'Promoted' THEN min(effective_at) ELSE max(effective_at) END AS at,
       (array_agg((detail ->> 'seconds')::double precision ORDER BY seq DESC))[1] AS seconds
     FROM slipway.ledger WHERE reason IN ('DrillPassed', 'DrillFailed', 'DrillNotHeld', 'Promoted')
     GROUP BY target, endpoint, reason, coalesce(detail #>> '{drill,fault,kind}', 'unknown')
     ORDER BY target, endpoint, fault`,
  );
  return {
    drills: rows.filter(({ reason }) => reason !== 'Promoted'),
    promoted: rows.filter(({ reason }) => reason === 'Promoted'),
  };
}
