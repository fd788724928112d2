import { Failure } from '../failure.ts';
import { readAddresses } from '../stack/context.ts';
import { readHistory, type HistoryRow } from '../ledger.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { slipwayHome } from '../../spec/home.ts';
import type { RolloutName } from '../rollouts/rollout-name.ts';

/** More than any rollout writes: a year's soak, paused and resumed every hour. */
const ALL_ROWS = 20_000;

/** Far more than a rollback or two write after a rollout. */
const RECENT_ROWS = 500;

/** A rollout's rows of the ledger, oldest first, and where they came from. @throws Failure `not_found`, `no_database` */
export async function readRollout({
  id,
  target,
  endpoint,
}: RolloutName): Promise<{ rows: HistoryRow[]; database: string }> {
  const database = await databaseAddress();
  const rows = await readHistory(database, { target, endpoint, rollout: id, limit: ALL_ROWS });
  if (rows.length > 0) return { rows, database };
  const place = shortPlace({ target, endpoint });
  throw new Failure(`the ledger has nothing on ${id}; \`slipway history ${place}\` shows which rollouts there were`, {
    code: 'not_found',
  });
}

/** The id of the latest rollout on an endpoint; going back by hand is none. @throws Failure `not_found`, `no_database` */
export async function lastRolloutOn(place: Place): Promise<string> {
  const rows = await readHistory(await databaseAddress(), { ...place, limit: RECENT_ROWS });
  const byHand = new Set(rows.filter(({ reason }) => reason === 'RolledBackByHand').map(({ rolloutId }) => rolloutId));
  const last = rows.findLast(({ rolloutId }) => !byHand.has(rolloutId));
  if (last) return last.rolloutId;
  throw new Failure(`the ledger has no rollout on ${place.target}/${place.endpoint}`, { code: 'not_found' });
}

async function databaseAddress(): Promise<string> {
  const { database } = await readAddresses({ home: slipwayHome(), env: process.env });
  if (database) return database;
  throw new Failure('no database is known: start the local stack with `slipway up`, or set DATABASE_URL', {
    code: 'no_database',
  });
}
