import { auditAt, type AuditAt } from '../audit/read.ts';
import { orUnknown, overview, type Asked, type Overview, type Unknown } from '../overview.ts';
import type { Place } from '../rollouts/place.ts';
import { readProduction, type Production } from './production.ts';
import { readRuns, type LoggedRun } from './runs.ts';
import type { TrafficDay } from './tally.ts';
import { readTraffic } from './traffic-day.ts';

/** An overview with all that PostgreSQL has of the endpoint besides: what the page of an endpoint is made of. */
export interface Dossier extends Place, Overview {
  /** ISO 8601: when everybody was asked. */
  readonly at: string;
  readonly serving: AuditAt | Unknown;
  readonly production: Production | Unknown;
  /** Of the last 24 hours. */
  readonly traffic: TrafficDay | Unknown;
  /** Newest first. */
  readonly runs: readonly LoggedRun[] | Unknown;
  /** Workflows in the Web UI, by id; `null` where none is known. */
  readonly webUi: string | null;
}

const DAY_MS = 86_400_000;
const MOST_RUNS = 12;

/** Asks everybody at once. */
export async function dossier(
  place: Place,
  rollouts: Asked,
  database: () => Promise<string>,
  webUi: string | null,
): Promise<Dossier> {
  const until = new Date();
  const at = until.toISOString();
  const day = { ...place, since: new Date(until.getTime() - DAY_MS).toISOString(), until: at };
  const stored = <T>(ask: (url: string) => Promise<T>) => orUnknown(database().then(ask));
  const [seen, serving, production, traffic, runs] = await Promise.all([
    overview(place, rollouts, database),
    stored((url) => auditAt(url, place, at)),
    stored((url) => readProduction(url, place)),
    stored((url) => readTraffic(url, day)),
    stored((url) => readRuns(url, place, MOST_RUNS)),
  ]);
  return { ...place, at, ...seen, serving, production, traffic, runs, webUi };
}
