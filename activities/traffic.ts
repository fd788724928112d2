import { setTimeout as delay } from 'node:timers/promises';
import type { Fence } from '../domain/fence.ts';
import { compareFences } from '../domain/fence.ts';
import { sameRoute, type Route } from '../domain/route.ts';
import type { RouteReading, VersionStatus } from '../domain/serving-contract.ts';
import type { Deps } from './deps.ts';
import { failure } from './failures.ts';
import { StaleFence, TargetRefusal, type ServingTarget } from './targets/target.ts';

export interface ShiftTraffic {
  readonly target: string;
  readonly endpoint: string;
  readonly fence: Fence;
  readonly route: Route;
  readonly label: string;
}

export interface Shifted {
  /** ISO 8601: when the route was read back. */
  readonly at: string;
  readonly programmed: RouteReading['programmed'];
}

export interface RestoreTraffic extends ShiftTraffic {
  /** The version that must not get another live request. */
  readonly leaving: string;
}

export interface Restored extends Shifted {
  /** Requests that the leaving version was sent in all, read twice without change. */
  readonly leavingRequests: number;
}

/** A version that could not answer the traffic of a route. */
export type Sick = Pick<VersionStatus, 'key' | 'state' | 'detail'>;

/** The only activities that change a route. */
export function createTrafficActivities({ target: targetNamed }: Deps) {
  return {
    /** The versions with live traffic in a route that could not answer it now: why the way back does not get through. */
    async sickVersions({ target: name, endpoint, route }: Omit<ShiftTraffic, 'fence' | 'label'>): Promise<Sick[]> {
      const reading = await (await targetNamed(name)).readEndpoint(endpoint);
      const wanted = route.arms.filter(({ weight }) => weight > 0).map(({ version }) => version);
      return wanted.flatMap((key) => {
        const found = reading?.versions.find((version) => version.key === key);
        if (!found) return [{ key, state: 'failed' as const, detail: 'it is not deployed' }];
        const { state, detail } = found;
        return state === 'ready' ? [] : [{ key, state, detail: detail.slice(0, 500) }];
      });
    },

    /** Changes the route and reads it back; safe to repeat, refused when a newer fence is in force. */
    async shiftTraffic(request: ShiftTraffic): Promise<Shifted> {
      const target = await targetNamed(request.target);
      return put(target, request);
    },

    /** As `shiftTraffic`, then measures that the leaving version, and every other outside the route, gets no more requests. */
    async restoreTraffic(request: RestoreTraffic): Promise<Restored> {
      const target = await targetNamed(request.target);
      const shifted = await put(target, request);
      return { ...shifted, leavingRequests: await untilQuiet(target, request) };
    },
  };
}

async function put(
  target: ServingTarget,
  { target: name, endpoint, fence, route, label }: ShiftTraffic,
): Promise<Shifted> {
  const reading = await target.setRoute(endpoint, fence, route, label).catch((error: unknown) => {
    if (error instanceof StaleFence)
      throw failure('StaleFence', error.message, { cause: error, details: [error.current.fence] });
    if (error instanceof TargetRefusal)
      throw failure(error.code === 'not_ready' ? 'NotReady' : 'Unreachable', error.message, { cause: error });
    throw error;
  });
  const { programmed, fault } = reading;
  if (!programmed || compareFences(programmed.fence, fence) !== 0 || !sameRoute(programmed.route, route)) {
    const why = fault ?? `in force is ${JSON.stringify(programmed)}`;
    throw failure('NotReady', `target ${name} accepted the route, but it is not in force: ${why}`);
  }
  return { at: new Date().toISOString(), programmed };
}

/** Waits until no version outside the route has a request under way, and their counts stand still. */
async function untilQuiet(target: ServingTarget, { endpoint, leaving, route }: RestoreTraffic): Promise<number> {
  const staying = new Set(route.arms.filter(({ weight }) => weight > 0).map(({ version }) => version));
  const outside = async () => {
    const { versions } = await target.readTraffic(endpoint);
    return Object.entries(versions).filter(([key]) => key === leaving || !staying.has(key));
  };
  let before = await outside();
  for (;;) {
    await delay(100);
    const now = await outside();
    const isQuiet = now.every(([, { active }]) => active === 0) && sumOf(now) === sumOf(before);
    if (isQuiet) return now.find(([key]) => key === leaving)?.[1].requests ?? 0;
    before = now;
  }
}

function sumOf(counted: readonly (readonly [string, { readonly requests: number }])[]): number {
  return counted.reduce((sum, [, { requests }]) => sum + requests, 0);
}
