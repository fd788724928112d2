import type { Activities } from '../../activities/index.ts';
import { World } from './world.ts';

/** One world an endpoint, so that one set of workers can serve many rollouts that know nothing of each other. */
export class Worlds {
  readonly activities: Activities;
  readonly #byEndpoint = new Map<string, World>();

  constructor() {
    const names = Object.keys(new World().activities) as (keyof Activities)[];
    const routed = names.map((name) => [name, (request: unknown) => this.#call(name, request as Request)]);
    this.activities = Object.fromEntries(routed) as Activities;
  }

  /** Time of all of them at once. */
  set sleep(sleep: World['sleep']) {
    for (const world of this.#byEndpoint.values()) world.sleep = sleep;
  }

  add(endpoint: string, world: World): World {
    this.#byEndpoint.set(endpoint, world);
    return world;
  }

  #call(name: keyof Activities, request: Request): Promise<unknown> {
    const { endpoint, facts, input, entries } = request;
    const place =
      endpoint ?? facts?.plan.endpoint ?? input?.spec?.endpoint ?? input?.endpoint ?? entries?.[0]?.endpoint;
    const world = this.#byEndpoint.get(place ?? '');
    if (!world) throw new Error(`no world has an endpoint ${place}`);
    // What each takes is its own affair.
    return (world.activities[name] as (given: Request) => Promise<unknown>)(request);
  }
}

/** Where the requests of the various activities name their endpoint. */
interface Request {
  readonly endpoint?: string;
  readonly facts?: { readonly plan: { readonly endpoint: string } };
  readonly input?: { readonly endpoint?: string; readonly spec?: { readonly endpoint: string } };
  readonly entries?: readonly { readonly endpoint: string }[];
}
