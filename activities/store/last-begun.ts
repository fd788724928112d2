import type { Pool } from 'pg';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import type { LedgerPlace } from './ledger.ts';
import { query } from './query.ts';

/** What the first entry of a rollout tells of it. */
interface Begun {
  readonly spec: RolloutSpec;
  readonly plan: RolloutPlan;
}

/** The specification of the endpoint's last rollout, `null` where the ledger has none. @throws StoreUnreachable */
export function lastSpec(pool: Pool, place: LedgerPlace): Promise<RolloutSpec | null> {
  return lastBegun(pool, place, 'spec');
}

/** Its plan, likewise. @throws StoreUnreachable */
export function lastPlan(pool: Pool, place: LedgerPlace): Promise<RolloutPlan | null> {
  return lastBegun(pool, place, 'plan');
}

/** The plans that are latest on their endpoints and name a place where outcomes are read. @throws StoreUnreachable */
export async function plansWithOutcomes(pool: Pool): Promise<RolloutPlan[]> {
  const rows = await query<{ found: RolloutPlan }>(
    pool,
    `SELECT latest.found FROM (SELECT DISTINCT target, endpoint FROM slipway.epochs) AS place
     CROSS JOIN LATERAL (${lastOf('place.target', 'place.endpoint', "'plan'")}) AS latest
     WHERE latest.found -> 'outcomes' IS NOT NULL`,
  );
  return rows.map(({ found }) => found);
}

async function lastBegun<K extends keyof Begun>(pool: Pool, { target, endpoint }: LedgerPlace, key: K) {
  const rows = await query<{ found: Begun[K] }>(pool, lastOf('$1', '$2', '$3::text'), [target, endpoint, key]);
  return rows[0]?.found ?? null;
}

function lastOf(target: string, endpoint: string, key: string): string {
  return `SELECT detail -> ${key} AS found FROM slipway.ledger
    WHERE target = ${target} AND endpoint = ${endpoint} AND reason = 'RolloutStarted' AND detail -> ${key} IS NOT NULL
    ORDER BY seq DESC LIMIT 1`;
}
