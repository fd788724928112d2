import type { Fence } from '../../domain/fence.ts';
import { parseFence } from '../../domain/fence.ts';
import type { Arm, Mirror, Route, Sticky } from '../../domain/route.ts';
import { inOrder } from '../../domain/buckets.ts';
import { METADATA, STAMPS, parseClusterName } from './names.ts';
import { MIRROR_PARTS, STICKY_VALUE } from './routes.ts';
import { COOKIE_FILTER } from './user-cookie.ts';
import type { CookieNames } from './user-cookie.ts';

/** The parts of Envoy's `config_dump` that say where traffic goes. Envoy leaves out what has its default value. */
export interface RoutesDump {
  readonly configs?: readonly { readonly version_info?: string; readonly route_config?: DumpedConfig }[];
}

interface DumpedConfig {
  readonly virtual_hosts?: readonly { readonly routes?: readonly DumpedRoute[] }[];
}

interface DumpedRoute {
  readonly name?: string;
  readonly match?: { readonly prefix?: string };
  readonly metadata?: { readonly filter_metadata?: Readonly<Record<string, OwnMetadata>> };
  readonly direct_response?: object;
  readonly typed_per_filter_config?: Readonly<Record<string, { readonly filter_context?: CookieNames }>>;
  readonly route?: DumpedAction;
}

interface OwnMetadata {
  readonly idle?: string;
  readonly order?: string;
}

interface DumpedAction {
  readonly weighted_clusters?: { readonly clusters?: readonly { readonly name: string; readonly weight?: number }[] };
  readonly hash_policy?: readonly DumpedHash[];
  readonly request_mirror_policies?: readonly DumpedMirror[];
}

interface DumpedHash {
  readonly header?: { readonly header_name: string; readonly regex_rewrite?: { readonly substitution?: string } };
}

interface DumpedMirror {
  readonly cluster: string;
  readonly runtime_fraction?: { readonly default_value?: { readonly numerator?: number } };
}

/** `version_info` of the routes in force; `null` when there are none yet. */
export function dumpedVersion(dump: RoutesDump): string | null {
  return dump.configs?.[0]?.version_info ?? null;
}

/** The route that Envoy has in force for an endpoint, from the very fields that it acts on; `null` when it has none. */
export function readRoute(dump: RoutesDump, endpoint: string): { fence: Fence; route: Route } | null {
  const routes = dump.configs?.[0]?.route_config?.virtual_hosts?.flatMap((host) => host.routes ?? []) ?? [];
  const found = routes.find((route) => route.match?.prefix === `/${endpoint}/`);
  const fence = parseFence(found?.name ?? '');
  if (found === undefined || fence === null) return null;
  return { fence, route: found.route ? routeInForce(found.route, found) : emptyRoute(found) };
}

function routeInForce(
  { weighted_clusters, hash_policy, request_mirror_policies }: DumpedAction,
  found: DumpedRoute,
): Route {
  const { order } = ownMetadata(found);
  const runs = (weighted_clusters?.clusters ?? []).map(({ name, weight }): Arm => {
    return { version: versionIn(name), weight: weight ?? 0 };
  });
  return {
    ...(order === undefined ? { arms: runs } : { arms: armsIn(runs, order), buckets: inOrder(runs) }),
    mirrors: (request_mirror_policies ?? []).map(({ cluster, runtime_fraction }): Mirror => {
      return { version: versionIn(cluster), percent: (runtime_fraction?.default_value?.numerator ?? 0) / MIRROR_PARTS };
    }),
    sticky: stickyIn(hash_policy?.[0], found.typed_per_filter_config?.[COOKIE_FILTER]?.filter_context),
  };
}

/** The arms in the order that they were given, with the weights that are in force; ones that the order lacks come last. */
function armsIn(runs: readonly Arm[], order: string): Arm[] {
  const versions = new Set([...(JSON.parse(order) as string[]), ...runs.map(({ version }) => version)]);
  return [...versions].map((version) => ({
    version,
    weight: runs.reduce((sum, run) => sum + (run.version === version ? run.weight : 0), 0),
  }));
}

function ownMetadata({ metadata }: DumpedRoute): OwnMetadata {
  return metadata?.filter_metadata?.[METADATA] ?? {};
}

function emptyRoute(found: DumpedRoute): Route {
  const idle = JSON.parse(ownMetadata(found).idle ?? '{}') as Partial<Route>;
  return { arms: [], mirrors: idle.mirrors ?? [], sticky: idle.sticky ?? null };
}

/** A cluster that we did not name shows as itself, so that it can never pass for a version. */
function versionIn(cluster: string): string {
  return parseClusterName(cluster)?.version ?? cluster;
}

function stickyIn(policy: DumpedHash | undefined, cookies: CookieNames | undefined): Sticky | null {
  if (policy?.header === undefined) return null;
  const substitution = policy.header.regex_rewrite?.substitution ?? STICKY_VALUE;
  const salt = substitution.slice(0, -STICKY_VALUE.length).replaceAll('\\\\', '\\');
  const { header_name: header } = policy.header;
  return header === STAMPS.unit ? { cookie: cookies?.unit ?? '', salt } : { header, salt };
}
