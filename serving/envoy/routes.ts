import type { DesiredEndpoint } from '../data-plane.ts';
import { formatFence } from '../../domain/fence.ts';
import { bucketsOf, routeFaults } from '../../domain/route.ts';
import type { Mirror, Route, Sticky } from '../../domain/route.ts';
import { longestMs } from '../../domain/serving-contract.ts';
import { fallbackOf, hasFallback } from './fallback.ts';
import { COOKIE_PATTERN } from '../../domain/user-key.ts';
import { METADATA, STAMPS, VERSION_HEADER, clusterName } from './names.ts';
import { cookieConfig, cookieNames } from './user-cookie.ts';

export const ROUTES_NAME = 'gateway';

/** Parts of Envoy's denominator `MILLION` in one percent. */
export const MIRROR_PARTS = 10_000;

/** What a sticky header is rewritten to before hashing: the salt in front makes users fall anew in the next rollout. */
export const STICKY_PATTERN = '^(.*)$';
export const STICKY_VALUE = ':\\1';

/** Envoy's route configuration for every endpoint, one route each under the prefix `/<endpoint>/`. */
export function routesOf(endpoints: readonly DesiredEndpoint[]): object {
  const sorted = [...endpoints].sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1));
  return {
    '@type': 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
    name: ROUTES_NAME,
    // From the host's own metadata, so that a rescued request names its rescuer and a server cannot claim another name.
    response_headers_to_add: [stamp(VERSION_HEADER, `%UPSTREAM_METADATA(${METADATA}:version)%`)],
    virtual_hosts: [{ name: 'gateway', domains: ['*'], routes: [...sorted.map(endpointRoute), unknownEndpoint()] }],
  };
}

function endpointRoute(desired: DesiredEndpoint): object {
  const { endpoint, fence, route, label } = desired;
  const common = { name: formatFence(fence), match: { prefix: `/${endpoint}/` } };
  if (route.arms.length === 0) {
    // Stickiness and mirrors have no effect here; they are kept so that the route can still be read back whole.
    const idle = JSON.stringify({ mirrors: route.mirrors, sticky: route.sticky });
    const message = `endpoint ${endpoint} has no version to answer: its route is empty`;
    return {
      ...common,
      metadata: { filter_metadata: { [METADATA]: { label, idle } } },
      direct_response: { status: 503, body: { inline_string: message } },
    };
  }
  return {
    ...common,
    metadata: { filter_metadata: { [METADATA]: { label, ...orderOf(route) } } },
    route: action(desired),
    request_headers_to_add: stamps(desired),
    typed_per_filter_config: {
      ...cookieConfig(cookieNames(desired)),
      ...(!needsBodies(desired) && { 'envoy.filters.http.lua': WITHOUT_BODIES }),
    },
  };
}

/** Runs of buckets do not tell which arm the others fall back to. */
function orderOf({ arms, buckets }: Route): { order?: string } {
  return buckets ? { order: JSON.stringify(arms.map(({ version }) => version)) } : {};
}

function action({ endpoint, route, settings }: DesiredEndpoint): object {
  const limitMs = longestMs(settings, hasFallback(route));
  return {
    prefix_rewrite: '/',
    weighted_clusters: { use_hash_policy: true, clusters: weightedClusters(endpoint, route) },
    ...(route.sticky && { hash_policy: [stickiness(route.sticky)] }),
    timeout: seconds(limitMs),
    // Bounds a client that stops sending; the time limit above only begins with the request's last byte.
    idle_timeout: seconds(limitMs + 5000),
    ...(settings.retry && {
      // A server that hangs must leave time to ask the other one.
      retry_policy: { ...RETRIES, ...(hasFallback(route) && { per_try_timeout: seconds(settings.timeoutMs) }) },
    }),
    ...(route.mirrors.length > 0 && { request_mirror_policies: route.mirrors.map((it) => mirroring(endpoint, it)) }),
  };
}

/** One entry for each run of buckets: Envoy takes the hash modulo the sum of the weights, and goes through them in order. */
function weightedClusters(endpoint: string, route: Route): object[] {
  const { arms, buckets } = route;
  const runs = buckets ? [...bucketsOf(route), ...arms.filter(({ weight }) => weight === 0)] : arms;
  return runs.map(({ version, weight }) => ({
    name: armCluster(
      endpoint,
      version,
      fallbackOf(
        arms,
        arms.findIndex((arm) => arm.version === version),
      ),
    ),
    weight,
    request_headers_to_add: [stamp(STAMPS.arm, literal(version))],
  }));
}

function armCluster(endpoint: string, version: string, fallback: string | null): string {
  return fallback === null ? clusterName('live', endpoint, version) : clusterName('arm', endpoint, version, fallback);
}

function stickiness(sticky: Sticky): object {
  const header = 'cookie' in sticky ? STAMPS.unit : sticky.header;
  const substitution = sticky.salt.replaceAll('\\', '\\\\') + STICKY_VALUE;
  return {
    header: { header_name: header, regex_rewrite: { pattern: { regex: STICKY_PATTERN }, substitution } },
    terminal: true,
  };
}

function mirroring(endpoint: string, { version, percent }: Mirror): object {
  return {
    cluster: clusterName('mirror', endpoint, version),
    runtime_fraction: { default_value: { numerator: Math.round(percent * MIRROR_PARTS), denominator: 'MILLION' } },
    disable_shadow_host_suffix_append: true,
  };
}

/** Without `previous_priorities` a second try would meet the same dead server, instead of the fallback. */
const RETRIES = {
  retry_on: 'connect-failure,refused-stream,reset,gateway-error',
  num_retries: 2,
  retry_back_off: { base_interval: '0.005s', max_interval: '0.02s' },
  retry_priority: {
    name: 'envoy.retry_priorities.previous_priorities',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig',
      update_frequency: 1,
    },
  },
};

const WITHOUT_BODIES = {
  '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute',
  disabled: true,
};

/** Bodies are wanted for the prediction log, and for comparing a mirrored answer with the served one. */
function needsBodies({ settings, route }: DesiredEndpoint): boolean {
  return settings.capture.sample > 0 || route.mirrors.length > 0;
}

function stamps({ endpoint, fence, route, settings }: DesiredEndpoint): object[] {
  const { userHeader } = settings.capture;
  return [
    stamp(STAMPS.endpoint, endpoint),
    stamp(STAMPS.fence, formatFence(fence)),
    ...(userHeader === null ? [] : [stamp(STAMPS.user, `%REQ(${userHeader})%`)]),
    ...(route.sticky && 'header' in route.sticky ? [stamp(STAMPS.unit, `%REQ(${route.sticky.header})%`)] : []),
  ];
}

/** Why an endpoint cannot be put into Envoy's configuration: it would be refused as a whole, with every other endpoint. */
export function endpointFaults({ endpoint, settings, route }: DesiredEndpoint): string[] {
  const faults = routeFaults(route);
  const { sticky } = route;
  const headers = [settings.capture.userHeader, sticky && 'header' in sticky ? sticky.header : null];
  for (const header of headers)
    if (header !== null && !/^[A-Za-z0-9_-]+$/.test(header))
      faults.push(`'${header}' is no header name (letters, digits, - and _)`);
  for (const cookie of Object.values(cookieNames({ route, settings })) as string[])
    if (!new RegExp(COOKIE_PATTERN).test(cookie)) faults.push(`'${cookie}' is no name of a cookie`);
  return faults.map((fault) => `endpoint ${endpoint}: ${fault}`);
}

function unknownEndpoint(): object {
  const message = 'no such endpoint here: predictions are sent to /<endpoint>/<path of the model server>';
  return {
    name: 'unknown',
    match: { prefix: '/' },
    direct_response: { status: 404, body: { inline_string: message } },
  };
}

function stamp(key: string, value: string): object {
  return { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
}

/** Envoy reads `%` in a header's value as the start of a command. */
function literal(text: string): string {
  return text.replaceAll('%', '%%');
}

function seconds(ms: number): string {
  return `${ms / 1000}s`;
}
