import type { EndpointStatus, RouteReading, TrafficReading, VersionStatus } from '../../domain/serving-contract.ts';
import type { HostLocation } from './local/address.ts';
import type { HostRequest } from './local/host-client.ts';
import type { ServingTarget } from './target.ts';
import { askHost, part } from './local/host-client.ts';
import { TargetRefusal } from './target.ts';

// The host reads the route back from Envoy before it answers, which may take as long as Envoy takes.
const ROUTE_TIMEOUT_MS = 20_000;
// A server that is asked to end may finish the predictions that it has begun.
const RETIRE_TIMEOUT_MS = 30_000;
const PREDICT_TIMEOUT_MS = 60_000;

/**
 * The serving host of `slipway up`, or one elsewhere, as a target.
 *
 * @example createLocalTarget({ url: 'http://127.0.0.1:8470', tokenFile: '.slipway/serving/token' })
 */
export function createLocalTarget(location: HostLocation = {}): ServingTarget {
  // The host validates what it takes and a contract ties both to one set of types: its answers need no second look.
  const ask = async <T>(request: HostRequest): Promise<T> => (await askHost(location, request)) as T;
  const at = (endpoint: string, ...rest: string[]) => ['', 'endpoints', ...[endpoint, ...rest].map(part)].join('/');

  return {
    capabilities: () =>
      Promise.resolve({
        weightGranularity: 1,
        mirror: true,
        pairedAnswers: true,
        sticky: true,
        mostArms: 100,
        runtimes: ['mlflow', 'command', 'drill'],
      }),

    async readEndpoint(endpoint, signal) {
      const status = await ask<EndpointStatus>({ path: at(endpoint), signal }).catch(nullIfUnknown);
      if (!status) return null;
      const { route, claimed = route.fence, settings, versions, url } = status;
      return { route, claimed, settings, versions, url };
    },

    async ensureEndpoint(endpoint, settings, fence) {
      await ask({ method: 'PUT', path: at(endpoint), body: settings, fence, timeoutMs: ROUTE_TIMEOUT_MS });
    },

    ensureVersion(endpoint, { key, model, version, digest, source }, runtime, fence) {
      const body = { model, version, digest, source, runtime };
      return ask<VersionStatus>({ method: 'PUT', path: at(endpoint, 'versions', key), body, fence });
    },

    setRoute(endpoint, fence, route, label) {
      const body = { fence, route, label };
      return ask<RouteReading>({ method: 'PUT', path: at(endpoint, 'route'), body, timeoutMs: ROUTE_TIMEOUT_MS });
    },

    readTraffic: (endpoint) => ask<TrafficReading>({ path: at(endpoint, 'traffic') }),

    async endpoints() {
      return (await ask<EndpointStatus[]>({ path: '/endpoints' })).map(({ endpoint }) => endpoint);
    },

    async keepProfile(endpoint, key, profile) {
      await ask({ method: 'PUT', path: at(endpoint, 'versions', key, 'profile'), body: profile }).catch(nullIfUnknown);
    },

    async predict({ address, key, predictPath, state }, body, signal) {
      if (address === null) throw new TargetRefusal('not_ready', `${key} has no server now: it is ${state}`);
      const limit = AbortSignal.timeout(PREDICT_TIMEOUT_MS);
      const begun = performance.now();
      const response = await fetch(`${address}${predictPath}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      const answer = await response.text();
      return { status: response.status, body: answer, ms: performance.now() - begun };
    },

    async retireVersion(endpoint, key, fence) {
      const path = at(endpoint, 'versions', key);
      await ask({ method: 'DELETE', path, fence, timeoutMs: RETIRE_TIMEOUT_MS }).catch(nullIfUnknown);
    },
  };
}

function nullIfUnknown(error: unknown): null {
  if (error instanceof TargetRefusal && error.code === 'not_found') return null;
  throw error;
}
