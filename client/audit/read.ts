import { Failure } from '../failure.ts';
import { readAddresses } from '../stack/context.ts';
import { selectLedger } from '../ledger.ts';
import { servingAt, type ServingAt } from './serving-at.ts';
import { slipwayHome } from '../../spec/home.ts';
import type { Place } from '../rollouts/place.ts';

/** What is known of an endpoint at a moment; `serving` is `null` before its first row, which is then named. */
export interface AuditAt extends Place {
  readonly at: string;
  readonly serving: ServingAt | null;
  /** ISO 8601: when its ledger begins, where that is later; `null` where there is none. */
  readonly begins: string | null;
}

/** @throws Failure `no_database` */
export async function auditAt(database: string, { target, endpoint }: Place, at: string): Promise<AuditAt> {
  const place = [target, endpoint];
  // Verdicts are large: only the rollout that the route goes back to is read whole.
  const outline = await selectLedger(
    database,
    `target = $1 AND endpoint = $2 AND effective_at <= $3
       AND (detail ? 'route' OR reason IN ('RolloutStarted', 'PreflightPassed', 'RolledBackByHand'))`,
    [...place, at],
  );
  const rolloutId = servingAt(outline, at)?.since.rolloutId;
  if (rolloutId === undefined) {
    const [first] = await selectLedger(
      database,
      'target = $1 AND endpoint = $2 ORDER BY slipway.ledger.effective_at LIMIT 1',
      place,
    );
    return { target, endpoint, at, serving: null, begins: first?.effectiveAt ?? null };
  }
  const whole = await selectLedger(
    database,
    'target = $1 AND endpoint = $2 AND effective_at <= $3 AND rollout_id = $4',
    [...place, at, rolloutId],
  );
  const rows = [...outline.filter((row) => row.rolloutId !== rolloutId), ...whole];
  return { target, endpoint, at, serving: servingAt(rows, at), begins: null };
}

/** Every endpoint that has a ledger. */
export async function ledgerPlaces(database: string): Promise<Place[]> {
  const firsts = await selectLedger(database, 'slipway.ledger.seq = 1 ORDER BY target, endpoint', []);
  return firsts.map(({ target, endpoint }) => ({ target, endpoint }));
}

/** @throws Failure `no_database` */
export async function ledgerDatabase(): Promise<string> {
  const { database } = await readAddresses({ home: slipwayHome(), env: process.env });
  if (database) return database;
  throw new Failure('no database is known: start the local stack with `slipway up`, or set DATABASE_URL', {
    code: 'no_database',
  });
}
