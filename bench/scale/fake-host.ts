import { compareFences, NO_FENCE, type Fence } from '../../domain/fence.ts';
import { EMPTY_ROUTE, sameRoute, wholeRoute, type Route } from '../../domain/route.ts';
import type {
  EndpointSettings,
  EndpointStatus,
  PutRoute,
  Refusal,
  RouteReading,
  VersionStatus,
} from '../../domain/serving-contract.ts';

/** An endpoint of the fake host: a route under a fence and versions that are ready at once, with no server behind them. */
export interface FakeEndpoint {
  readonly name: string;
  settings: EndpointSettings;
  fence: Fence;
  route: Route;
  label: string;
  /** Milliseconds since 1970. */
  routedAt: number;
  readonly versions: Set<string>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Speaks the serving contract for any endpoint, in memory, so that thousands of rollouts need no thousands of servers.
 *
 * @param stableOf the version that serves an endpoint before anyone has asked for it; `null` for an empty one
 */
export class FakeHost {
  readonly endpoints = new Map<string, FakeEndpoint>();
  readonly #stableOf: (endpoint: string) => string | null;
  /** Called before a route changes, with the endpoint as it was. */
  onRoute: (before: FakeEndpoint) => void = () => undefined;

  constructor(stableOf: (endpoint: string) => string | null = () => null) {
    this.#stableOf = stableOf;
  }

  answer(method: string, path: string, body: unknown): Answer {
    if (path === '/healthz') return ok({ status: 'ok', parts: {}, gateway: '', pid: process.pid, memoryBytes: {} });
    const [, kind, name, what, key] = path.split('/').map(decodeURIComponent);
    if (kind !== 'endpoints') return refused(404, 'not_found', `there is no ${path}`);
    if (name === undefined) return ok([...this.endpoints.values()].map(statusOf));
    const endpoint = this.#endpoint(name);
    switch (`${method} ${what ?? ''}`) {
      case 'GET ':
        return ok(statusOf(endpoint));
      case 'PUT ':
        endpoint.settings = body as EndpointSettings;
        return ok(statusOf(endpoint));
      case 'PUT versions':
        endpoint.versions.add(key ?? '');
        return ok(versionOf(key ?? ''));
      case 'GET versions':
        return endpoint.versions.has(key ?? '') ? ok(versionOf(key ?? '')) : refused(404, 'not_found', `no ${key}`);
      case 'DELETE versions':
        endpoint.versions.delete(key ?? '');
        return { status: 204, body: undefined };
      case 'GET route':
        return ok(readingOf(endpoint));
      case 'PUT route':
        return this.#putRoute(endpoint, body as PutRoute);
      case 'GET traffic':
        return ok({ at: new Date().toISOString(), since: '0', versions: {} });
      default:
        return refused(404, 'not_found', `there is no ${method} ${path}`);
    }
  }

  #endpoint(name: string): FakeEndpoint {
    const known = this.endpoints.get(name);
    if (known) return known;
    const stable = this.#stableOf(name);
    const made: FakeEndpoint = {
      name,
      settings: SETTINGS,
      fence: NO_FENCE,
      route: stable === null ? EMPTY_ROUTE : wholeRoute(stable),
      label: '',
      routedAt: Date.now(),
      versions: new Set(stable === null ? [] : [stable]),
    };
    this.endpoints.set(name, made);
    return made;
  }

  #putRoute(endpoint: FakeEndpoint, { fence, route, label }: PutRoute): Answer {
    const order = compareFences(fence, endpoint.fence);
    if (order < 0 || (order === 0 && !sameRoute(route, endpoint.route)))
      return refused(409, 'stale_fence', 'a newer fence is in force', readingOf(endpoint));
    if (order > 0) {
      this.onRoute({ ...endpoint });
      Object.assign(endpoint, { fence, route, label, routedAt: Date.now() });
    }
    return ok(readingOf(endpoint));
  }
}

const SETTINGS: EndpointSettings = {
  model: 'scale',
  timeoutMs: 5_000,
  retry: true,
  batchMs: 10_000,
  capture: { sample: 0, redact: [], retentionDays: 1, userHeader: null, tolerance: 1e-6 },
};

function statusOf(endpoint: FakeEndpoint): EndpointStatus {
  const { name, settings, versions } = endpoint;
  return { endpoint: name, settings, route: readingOf(endpoint), versions: [...versions].map(versionOf), url: '' };
}

function readingOf({ fence, route, label }: FakeEndpoint): RouteReading {
  return { fence, desired: route, programmed: { fence, route }, label };
}

function versionOf(key: string): VersionStatus {
  return {
    ...{ key, state: 'ready', detail: 'fake', address: null, predictPath: '/invocations' },
    ...{ pid: null, restarts: 0, memoryBytes: null, startedAt: null },
  } as const;
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function refused(status: number, error: Refusal['error'], message: string, current?: RouteReading): Answer {
  return { status, body: { error, message, ...(current && { current }) } satisfies Refusal };
}
