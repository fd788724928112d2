import { setTimeout as delay } from 'node:timers/promises';
import type { EndpointObservation, SeenRoute } from '../../domain/invariants.ts';
import { NO_FENCE } from '../../domain/fence.ts';
import { passagesOf } from '../../domain/invariants/history.ts';
import { EMPTY_ROUTE } from '../../domain/route.ts';
import type { TrafficReading } from '../../domain/serving-contract.ts';
import type { EndpointReading } from '../targets/target.ts';
import type { DoctorPorts, Place, RunState } from './ports.ts';
import { ownedAlias, readSeenLedger, rolloutOf } from './read-store.ts';
import type { Asking } from './unreachable.ts';

/** An endpoint as it was found, with what is needed to mend it. */
export interface Observed {
  readonly place: Place;
  readonly seen: EndpointObservation;
  readonly run: RunState | null;
  readonly model: string | null;
}

/** The registry's client is patient; whoever looks at a thousand endpoints is not. */
const REGISTRY_MS = 5_000;
/** Traffic is measured over at least this time. */
const MEASURED_MS = 500;

/**
 * Reads the five places of an endpoint; `null` when a rollout began or ended meanwhile, since then they are of two times.
 *
 * @param whole reads and hashes the ledger from its beginning
 */
export async function observe(
  ports: DoctorPorts,
  asking: Asking,
  place: Place,
  whole: boolean,
): Promise<Observed | null> {
  const { pool, workflows } = ports;
  const latest = () => asking.ask('Temporal', workflows && (() => workflows.latest(place)));
  const before = await latest();
  // While something runs, alias and traffic are its business: they are on their way.
  const isBusy = before !== null && isOpen(before);
  const first = isBusy ? null : await readCounters(ports, asking, place);
  const begun = Date.now();
  const ledger = await asking.ask('PostgreSQL', pool && (() => readSeenLedger(pool, place, whole)));
  const target = await asking.ask(`target ${place.target}`, () => ports.target(place.target));
  const reading = target && (await asking.ask(`target ${place.target}`, () => target.readEndpoint(place.endpoint)));
  const isTargetDown = asking.isDown(`target ${place.target}`);
  const model = reading?.settings.model ?? null;
  const alias = isBusy ? null : await readAlias(ports, asking, place, model);
  const rollout = before && pool && (await asking.ask('PostgreSQL', () => rolloutOf(pool, place, before.firstRunId)));
  if (first) await delay(Math.max(0, MEASURED_MS - (Date.now() - begun)));
  const second = first && (await readCounters(ports, asking, place));
  const after = await latest();
  if (before?.runId !== after?.runId || before?.status !== after?.status) return null;
  const seen: EndpointObservation = {
    ...place,
    running: runningOf(after, rollout, ledger, asking.isDown('Temporal')),
    closed: after && !isOpen(after) ? { status: after.status, outcome: after.outcome } : null,
    ...(isTargetDown ? { desired: null, programmed: null } : routesOf(reading)),
    measured: difference(first, second),
    alias,
    ledger,
  };
  return { place, seen, run: after, model };
}

export function isOpen({ status }: RunState): boolean {
  return status === 'RUNNING' || status === 'PAUSED';
}

/** Resolves while nothing runs on the endpoint: what runs writes its alias itself. */
export async function whileIdle({ workflows }: DoctorPorts, place: Place): Promise<void> {
  const run = await workflows?.latest(place);
  if (run && isOpen(run)) throw new Error(`a ${run.type} began on ${place.target}/${place.endpoint} meanwhile`);
}

/** While Temporal is away, a rollout whose books are open counts as running: it may be. */
function runningOf(
  run: RunState | null,
  rollout: string | null,
  ledger: EndpointObservation['ledger'],
  isTemporalDown: boolean,
): EndpointObservation['running'] {
  if (run && isOpen(run)) return { type: run.type, rolloutId: rollout };
  const last = passagesOf(ledger?.rows ?? []).at(-1);
  return isTemporalDown && last && !last.closed ? { type: last.kind, rolloutId: last.rolloutId } : null;
}

function routesOf(reading: EndpointReading | null): { desired: SeenRoute; programmed: SeenRoute | null } {
  const nothing = { fence: NO_FENCE, route: EMPTY_ROUTE };
  if (!reading) return { desired: nothing, programmed: nothing };
  const { fence, desired: route, programmed, label } = reading.route;
  return { desired: { fence, route, label }, programmed };
}

async function readCounters(ports: DoctorPorts, asking: Asking, place: Place): Promise<TrafficReading | null> {
  const target = await asking.ask(`target ${place.target}`, () => ports.target(place.target));
  // An endpoint that the target does not know has no counters: no fault of the target's.
  return target && target.readTraffic(place.endpoint).catch(() => null);
}

/** Requests between two readings; `null` when the counters began anew. */
function difference(first: TrafficReading | null, second: TrafficReading | null): EndpointObservation['measured'] {
  if (!first || !second || first.since !== second.since) return null;
  return Object.fromEntries(
    Object.entries(second.versions).map(([key, { requests }]) => [
      key,
      requests - (first.versions[key]?.requests ?? 0),
    ]),
  );
}

async function readAlias(
  { pool, mlflow }: DoctorPorts,
  asking: Asking,
  place: Place,
  model: string | null,
): Promise<EndpointObservation['alias']> {
  const owned = pool && (await asking.ask('PostgreSQL', () => ownedAlias(pool, place, model)));
  if (!owned) return null;
  const { name } = owned;
  const patience = { timeoutMs: REGISTRY_MS };
  const find = mlflow && (async () => ({ found: await mlflow.modelVersions.findByAlias(owned.model, name, patience) }));
  const answer = await asking.ask('MLflow', find);
  return answer && { name, version: answer.found?.version ?? null };
}
