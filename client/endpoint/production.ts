import { FULL_WEIGHT, type Arm, type Route } from '../../domain/route.ts';
import type { Place } from '../rollouts/place.ts';
import { readOnly } from './database.ts';

/** A time in which the split of live traffic did not change. */
export interface Split {
  /** ISO 8601. */
  readonly from: string;
  /** `null` of the one in force. */
  readonly to: string | null;
  /** Those that get live traffic. */
  readonly arms: readonly Arm[];
}

/** A version's time with all live traffic. */
export interface Reign {
  readonly version: string;
  readonly from: string;
  readonly to: string | null;
  /** The rollout that brought it there. */
  readonly rolloutId: string;
}

/** What was in production when, by the ledger, oldest first. */
export interface Production {
  readonly splits: readonly Split[];
  readonly reigns: readonly Reign[];
}

export interface RouteRow {
  readonly at: string;
  readonly rolloutId: string;
  readonly route: Pick<Route, 'arms'>;
}

/** More than a year of rollouts every day. */
const MOST_ROWS = 5_000;

/** @throws Failure `no_database` */
export async function readProduction(databaseUrl: string, { target, endpoint }: Place): Promise<Production> {
  const rows = await readOnly(databaseUrl, 'the ledger', async (client) => {
    const answer = await client.query<{ at: Date; rolloutId: string; route: Route }>(
      `SELECT effective_at AS at, rollout_id AS "rolloutId", coalesce(detail -> 'route', detail #> '{snapshot,route}') AS route
       FROM slipway.ledger
       WHERE target = $1 AND endpoint = $2 AND (detail ? 'route' OR detail #> '{snapshot,route}' IS NOT NULL)
       ORDER BY effective_at DESC, seq DESC LIMIT ${MOST_ROWS}`,
      [target, endpoint],
    );
    return answer.rows;
  });
  return productionOf(rows.toReversed().map(({ at, ...row }) => ({ at: at.toISOString(), ...row })));
}

/** @param rows in the order in which they took effect */
export function productionOf(rows: readonly RouteRow[]): Production {
  const splits: Split[] = [];
  const reigns: Reign[] = [];
  for (const { at, rolloutId, route } of rows) {
    const arms = route.arms.filter(({ weight }) => weight > 0);
    const before = splits.at(-1);
    if (before && isSame(before.arms, arms)) continue;
    if (before) splits[splits.length - 1] = { ...before, to: at };
    splits.push({ from: at, to: null, arms });
    const whole = arms.find(({ weight }) => weight === FULL_WEIGHT)?.version ?? null;
    const reign = reigns.at(-1);
    // A canary that goes back takes nothing from stable's time in production.
    const isOver = arms.length === 0 || (whole !== null && whole !== reign?.version);
    if (reign?.to === null && isOver) reigns[reigns.length - 1] = { ...reign, to: at };
    if (whole === null || (reign?.version === whole && reign.to === null)) continue;
    reigns.push({ version: whole, from: at, to: null, rolloutId });
  }
  return { splits, reigns };
}

function isSame(a: readonly Arm[], b: readonly Arm[]): boolean {
  const told = (arms: readonly Arm[]) => JSON.stringify(arms.map(({ version, weight }) => [version, weight]).sort());
  return told(a) === told(b);
}
