import { WATCH_STEP } from '../domain/ledger-entry.ts';
import { lastDrills, type HeldDrill } from './drills.ts';
import { Failure } from './failure.ts';
import { readHistory, type HistoryRow } from './ledger.ts';
import type { MonitorSighting } from './monitors/monitors.ts';
import { readOutcomes, type OutcomesStatus } from './outcomes/status.ts';
import type { RetrainSighting } from './retraining/look.ts';
import type { RolloutClient } from './rollout-client.ts';
import type { Schedule } from './schedules/schedules.ts';
import type { Sighting } from './rollouts/sighting.ts';
import type { Place } from './rollouts/place.ts';

/** What is known of an endpoint, from all who know: a part that is away is a sentence, and keeps no other from being told. */
export interface Overview {
  readonly rollout: Sighting | Unknown;
  readonly monitor: MonitorSighting | Unknown;
  /** Of the last 24 hours. */
  readonly outcomes: OutcomesStatus | Unknown;
  readonly drills: readonly HeldDrill[] | Unknown;
  /** The watch's latest entries in the ledger, oldest first. */
  readonly watch: readonly HistoryRow[] | Unknown;
  /** `null` where none was ever begun. */
  readonly retraining: RetrainSighting | Unknown | null;
  /** Of retraining and of drills. */
  readonly schedules: readonly Schedule[] | Unknown;
}

/** Why something is not known. */
export interface Unknown {
  readonly notKnown: string;
}

/** Who is asked of what Temporal knows. */
export type Asked = Pick<RolloutClient, 'look' | 'lookAtMonitor' | 'lookAtRetraining' | 'schedules'>;

/** Whom to ask while Temporal is away: nobody knows, and each says why. */
export function awayFor(why: Failure): Asked {
  const away = () => Promise.reject(why);
  return { look: away, lookAtMonitor: away, lookAtRetraining: away, schedules: away };
}

const DAY_MS = 86_400_000;
const LATEST = 10;

/** Asks everybody at once. */
export async function overview(place: Place, rollouts: Asked, database: () => Promise<string>): Promise<Overview> {
  const until = new Date();
  const since = new Date(until.getTime() - DAY_MS).toISOString();
  const [rollout, monitor, retraining, schedules, outcomes, drills, watch] = await Promise.all([
    orUnknown(rollouts.look(place)),
    orUnknown(rollouts.lookAtMonitor(place)),
    orUnknown(rollouts.lookAtRetraining(place).catch(nullIfNone)),
    orUnknown(rollouts.schedules(place)),
    orUnknown(database().then((url) => readOutcomes(url, { ...place, since, until: until.toISOString() }))),
    orUnknown(database().then(lastDrills)),
    orUnknown(database().then((url) => readHistory(url, { ...place, step: WATCH_STEP, limit: LATEST }))),
  ]);
  const own = isKnown(drills) ? drills.filter((drill) => isAt(drill, place)) : drills;
  return { rollout, monitor, outcomes, drills: own, watch, retraining, schedules };
}

export function isKnown<T>(part: T | Unknown): part is T {
  return !(typeof part === 'object' && part !== null && 'notKnown' in part);
}

/** What was asked for, or why it is not known. */
export function orUnknown<T>(asked: Promise<T>): Promise<T | Unknown> {
  return asked.catch((error: unknown) => ({ notKnown: error instanceof Error ? error.message : String(error) }));
}

function nullIfNone(error: unknown): null {
  if (error instanceof Failure && error.code === 'not_found') return null;
  throw error;
}

function isAt(one: Place, { target, endpoint }: Place): boolean {
  return one.target === target && one.endpoint === endpoint;
}
