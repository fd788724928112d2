import { setTimeout as delay } from 'node:timers/promises';
import { compareFences, type Fence } from '../../domain/fence.ts';
import { byHandLabel, shares } from '../../domain/invariants/words.ts';
import { rolloutId, versionNumber } from '../../domain/ids.ts';
import { sameRoute, wholeRoute } from '../../domain/route.ts';
import { StaleFence, TargetRefusal, type EndpointReading, type ServingTarget } from '../targets/target.ts';
import type { Place } from './ports.ts';
import { dropUnrecorded, writeUnrecorded, type UnrecordedRollback } from './unrecorded.ts';

export interface RollbackNow extends Place {
  /** Registry number or version key; the stable arm of a split route when absent. */
  readonly version?: string;
  readonly by: string;
  readonly reason: string;
}

export interface RolledBackNow {
  readonly rolloutId: string;
  readonly serving: string;
  readonly fence: Fence;
  /** What served before, in words. */
  readonly before: string;
  /** Whether the proxy was seen to have the route, and the versions that were left to get no more requests. */
  readonly verified: boolean;
  /** The note for the ledger; `null` when it could not be written. */
  readonly note: string | null;
}

/** It cannot be done as asked; nothing was changed. */
export class RollbackRefused extends Error {
  override readonly name = 'RollbackRefused';
}

/**
 * Room for rollouts that have an epoch but have not touched the route, of which a target cannot know: taking over with
 * the next number could give two of them the same fence.
 */
const LEAP = 1_000;
const VERIFY_MS = 15_000;
const POLL_MS = 100;
const TRIES = 5;

/**
 * Puts all traffic on one deployed, healthy version with nothing but the serving target: the way back for the day
 * Temporal or PostgreSQL is down. It takes the endpoint over above every fence, and leaves a note for the ledger.
 *
 * @throws RollbackRefused with the reason, TargetRefusal when the target does not answer
 */
export async function rollbackNow(target: ServingTarget, home: string, request: RollbackNow): Promise<RolledBackNow> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await takeOver(target, home, request);
    } catch (error) {
      // Somebody was faster by a moment: above them, then.
      if (!(error instanceof StaleFence) || attempt === TRIES) throw error;
    }
  }
}

async function takeOver(target: ServingTarget, home: string, request: RollbackNow): Promise<RolledBackNow> {
  const { endpoint, by, reason } = request;
  const reading = await target.readEndpoint(endpoint);
  if (!reading) throw new RollbackRefused(`target ${request.target} has no endpoint ${endpoint}`);
  const serving = chooseVersion(reading, request.version);
  const { fence: held, desired, label } = reading.route;
  const fence = { epoch: reading.claimed.epoch + LEAP, sequence: 1 };
  const id = rolloutId(request.target, endpoint, fence.epoch);
  const route = wholeRoute(serving, desired.sticky);
  const note: UnrecordedRollback = {
    ...{ format: 1, target: request.target, endpoint, rolloutId: id, fence, route, serving },
    before: { fence: held, route: desired, label },
    ...{ at: new Date().toISOString(), by, reason, programmed: null },
  };
  // Before the deed, so that it is known whatever happens to this process; a full disk must not keep traffic where it is.
  const keep = (kept: UnrecordedRollback) => writeUnrecorded(home, kept).catch(() => null);
  await keep(note);
  await target.setRoute(endpoint, fence, route, byHandLabel(id)).catch(async (error: unknown) => {
    const isUnknown = error instanceof TargetRefusal && error.code === 'unavailable';
    if (!isUnknown) await dropUnrecorded(home, note);
    if (error instanceof TargetRefusal && error.code === 'not_ready') throw new RollbackRefused(error.message);
    throw error;
  });
  const programmed = await untilProgrammed(target, note);
  const isQuiet = programmed !== null && (await untilQuiet(target, endpoint, serving));
  const file = await keep({ ...note, programmed });
  return { rolloutId: id, serving, fence, before: shares(desired), verified: isQuiet, note: file };
}

/** The stable arm is the first of a split; of a whole route nobody but a person knows what was before. */
function chooseVersion({ route: { desired }, versions }: EndpointReading, asked: string | undefined): string {
  const ready = versions.filter(({ state }) => state === 'ready').map(({ key }) => key);
  const choice = `ready on it: ${ready.join(', ') || 'none'}`;
  const isSplit = desired.arms.length > 1 || (desired.mirrors.length > 0 && desired.arms.length > 0);
  if (asked === undefined && !isSplit)
    throw new RollbackRefused(
      `${shares(desired)} is all that the route names, so the target alone does not tell what was before: name one with --to (${choice})`,
    );
  const matches = versions.filter(({ key }) => key === asked || versionNumber(key) === asked);
  const found = asked === undefined ? versions.filter(({ key }) => key === desired.arms[0]?.version) : matches;
  const [only] = found;
  const name = asked ?? desired.arms[0]?.version;
  if (!only)
    throw new RollbackRefused(`version ${name} is not deployed, and cannot be without the registry (${choice})`);
  if (found.length > 1)
    throw new RollbackRefused(`version ${name} is ambiguous: give one of ${found.map(({ key }) => key).join(', ')}`);
  if (only.state !== 'ready')
    throw new RollbackRefused(
      `${only.key} is ${only.state} (${only.detail.split('\n')[0]}), so no traffic was moved onto it (${choice})`,
    );
  return only.key;
}

async function untilProgrammed(
  target: ServingTarget,
  { endpoint, fence, route }: UnrecordedRollback,
): Promise<UnrecordedRollback['programmed']> {
  for (const end = Date.now() + VERIFY_MS; Date.now() < end; await delay(POLL_MS)) {
    const reading = await target.readEndpoint(endpoint).catch(() => null);
    const programmed = reading?.route.programmed;
    if (programmed && compareFences(programmed.fence, fence) === 0 && sameRoute(programmed.route, route))
      return programmed;
  }
  return null;
}

/** Waits until the versions that lost their traffic have no request under way and their counts stand still. */
async function untilQuiet(target: ServingTarget, endpoint: string, serving: string): Promise<boolean> {
  let before: string | null = null;
  for (const end = Date.now() + VERIFY_MS; Date.now() < end; await delay(POLL_MS)) {
    const traffic = await target.readTraffic(endpoint).catch(() => null);
    if (!traffic) continue;
    const others = Object.entries(traffic.versions).filter(([key]) => key !== serving);
    const now = JSON.stringify(others.map(([key, { requests }]) => [key, requests]).sort());
    if (others.every(([, { active }]) => active === 0) && now === before) return true;
    before = now;
  }
  return false;
}
