import { setTimeout as delay } from 'node:timers/promises';
import { formatFence } from '../../domain/fence.ts';
import { sameRoute } from '../../domain/route.ts';
import type { DesiredEndpoint } from '../data-plane.ts';
import type { EnvoyAdmin } from './admin.ts';
import { clustersOf } from './clusters.ts';
import type { EnvoyCluster } from './clusters.ts';
import { readDiscovery, revisionOf, writeDiscovery } from './config-files.ts';
import { dumpedVersion, readRoute } from './read-route.ts';
import type { RoutesDump } from './read-route.ts';
import { routesOf } from './routes.ts';

export const ROUTES_QUERY = '/config_dump?resource=dynamic_route_configs';
const ROUTES_VERSION_QUERY = `${ROUTES_QUERY}&mask=version_info`;
const CLUSTERS_QUERY = '/config_dump?resource=dynamic_active_clusters&mask=cluster.name,cluster.metadata';

export interface ConvergeOptions {
  readonly admin: EnvoyAdmin;
  readonly clustersPath: string;
  readonly routesPath: string;
  readonly mirrorSocket: string;
  /** How long Envoy may take to show what it was given. */
  readonly limitMs: number;
}

/** Envoy shows a change within milliseconds; after this long the file is put into place once more. */
const NUDGE_MS = 1000;

interface ClustersDump {
  readonly configs?: readonly { readonly cluster?: Partial<EnvoyCluster> }[];
}

export interface Convergence {
  /**
   * Brings Envoy to the endpoints: clusters first, and the routes that use them once those are warm, so that no request
   * meets a route without a cluster. Clusters of no more use stay; see `prune`.
   */
  converge(endpoints: readonly DesiredEndpoint[]): Promise<void>;
  /** Whether clusters are in force that the endpoints do not need. */
  hasSurplus(endpoints: readonly DesiredEndpoint[]): boolean;
  /** Takes away the clusters that the endpoints do not need. */
  prune(endpoints: readonly DesiredEndpoint[]): void;
}

export function createConvergence(options: ConvergeOptions): Convergence {
  const { admin, clustersPath, routesPath, mirrorSocket } = options;
  // A step of weight leaves the clusters as they are, and need not ask for them again.
  let shownClusters = '';

  async function addClusters(endpoints: readonly DesiredEndpoint[]): Promise<void> {
    const wanted = clustersOf(endpoints, mirrorSocket);
    const key = wanted.map((cluster) => `${cluster.name} ${hashOf(cluster)}`).join();
    if (key === shownClusters) return;
    const { version, resources } = readDiscovery<EnvoyCluster>(clustersPath);
    const present = new Map(resources.map((cluster) => [cluster.name, hashOf(cluster)]));
    if (wanted.some((cluster) => present.get(cluster.name) !== hashOf(cluster))) {
      const names = new Set(wanted.map((cluster) => cluster.name));
      const merged = [...wanted, ...resources.filter((cluster) => !names.has(cluster.name))];
      writeDiscovery(clustersPath, { version: next('clusters', version), resources: merged });
    }
    await shown(options, { what: 'clusters', path: clustersPath }, async () => {
      const { configs = [] } = (await admin.getJson(CLUSTERS_QUERY)) as ClustersDump;
      const active = new Map(configs.map(({ cluster }) => [cluster?.name, hashOf(cluster)]));
      return wanted.filter((it) => active.get(it.name) !== hashOf(it)).map((it) => `no cluster ${it.name}`);
    });
    shownClusters = key;
  }

  return {
    async converge(endpoints) {
      await addClusters(endpoints);
      const version = writeRoutes(options, endpoints);
      await shown(options, { what: `routes '${version}'`, path: routesPath }, async () => {
        const inForce = dumpedVersion((await admin.getJson(ROUTES_VERSION_QUERY)) as RoutesDump);
        return inForce === version ? [] : [`routes '${inForce}'`];
      });
      await shown(options, { what: 'routes', path: routesPath }, async () =>
        differences((await admin.getJson(ROUTES_QUERY)) as RoutesDump, endpoints),
      );
    },
    hasSurplus: (endpoints) =>
      readDiscovery(clustersPath).resources.length > clustersOf(endpoints, mirrorSocket).length,
    prune(endpoints) {
      const { version } = readDiscovery<EnvoyCluster>(clustersPath);
      const resources = clustersOf(endpoints, mirrorSocket);
      writeDiscovery(clustersPath, { version: next('clusters', version), resources });
    },
  };
}

/** Returns the version of the routes file, which stays the same when the routes do. */
function writeRoutes({ routesPath }: ConvergeOptions, endpoints: readonly DesiredEndpoint[]): string {
  const before = readDiscovery<object>(routesPath);
  const resources = [routesOf(endpoints)];
  if (JSON.stringify(before.resources) === JSON.stringify(resources)) return before.version;
  const version = next(describeChange(before.resources[0], endpoints), before.version);
  writeDiscovery(routesPath, { version, resources });
  return version;
}

/** `<label>@<fence>` of the endpoint whose route changed, for people who read `version_info`. */
function describeChange(before: object | undefined, endpoints: readonly DesiredEndpoint[]): string {
  const dump: RoutesDump = before ? { configs: [{ route_config: before }] } : {};
  const changed = endpoints.find((desired) => difference(dump, desired) !== null) ?? endpoints[0];
  return changed ? `${changed.label}@${formatFence(changed.fence)}` : 'no endpoints';
}

function differences(dump: RoutesDump, endpoints: readonly DesiredEndpoint[]): string[] {
  return endpoints.map((desired) => difference(dump, desired)).filter((it) => it !== null);
}

function difference(dump: RoutesDump, { endpoint, fence, route }: DesiredEndpoint): string | null {
  const found = readRoute(dump, endpoint);
  if (found && formatFence(found.fence) === formatFence(fence) && sameRoute(found.route, route)) return null;
  return `endpoint ${endpoint} at ${JSON.stringify(found)}`;
}

/** Waits until nothing is left of what is missing; looks often at first, since an abort waits for this. */
async function shown(
  options: ConvergeOptions,
  { what, path }: { readonly what: string; readonly path: string },
  missing: () => Promise<string[]>,
): Promise<void> {
  const deadline = Date.now() + options.limitMs;
  let nudgeAt = Date.now() + NUDGE_MS;
  for (let look = 0; ; look += 1) {
    const faults = await missing().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    if (faults.length === 0) return;
    if (Date.now() >= deadline)
      throw new Error(`Envoy does not show the wanted ${what} after ${options.limitMs} ms, but: ${faults.join('; ')}`);
    // An Envoy that is just starting may miss a rename; it never looks at a file by itself.
    if (Date.now() >= nudgeAt) {
      putAgain(path);
      nudgeAt = Date.now() + NUDGE_MS;
    }
    await delay(look < 20 ? 2 : 25);
  }
}

function putAgain(path: string): void {
  const file = readDiscovery(path);
  if (file.resources.length > 0) writeDiscovery(path, file);
}

function next(description: string, version: string): string {
  return `${description} #${revisionOf(version) + 1}`;
}

function hashOf(cluster: Partial<EnvoyCluster> | undefined): string | undefined {
  return cluster?.metadata?.filter_metadata.slipway.hash;
}
