import { selectLedger } from './ledger.ts';
import type { Place } from './rollouts/place.ts';

/** How a rehearsal of rollback ended; it has passed, failed (`false`), or could not be held (`null`). */
export interface HeldDrill extends Place {
  readonly passed: boolean | null;
  /** ISO 8601. */
  readonly at: string;
  /** From the first request on the faulty copy to the last; `null` where it did not come so far. */
  readonly seconds: number | null;
  readonly detail: string;
}

/** Of every endpoint the last drill of each ending, by the ledger. @throws Failure `no_database` */
export async function lastDrills(databaseUrl: string): Promise<HeldDrill[]> {
  const rows = await selectLedger(
    databaseUrl,
    `reason IN ('DrillPassed', 'DrillFailed', 'DrillNotHeld') AND seq = (
       SELECT max(other.seq) FROM slipway.ledger AS other
       WHERE other.target = slipway.ledger.target AND other.endpoint = slipway.ledger.endpoint
         AND other.reason = slipway.ledger.reason
     ) ORDER BY target, endpoint, slipway.ledger.seq`,
    [],
  );
  return rows.map(({ target, endpoint, reason, effectiveAt: at, detail: { message, seconds } }) => ({
    ...{ target, endpoint, passed: reason === 'DrillNotHeld' ? null : reason === 'DrillPassed', at },
    seconds: typeof seconds === 'number' ? seconds : null,
    detail: typeof message === 'string' ? message : '',
  }));
}
