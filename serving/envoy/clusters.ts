import { createHash } from 'node:crypto';
import type { DesiredEndpoint, VersionAddress } from '../data-plane.ts';
import { versionsOf } from '../../domain/route.ts';
import { METADATA, STAMPS, clusterName } from './names.ts';
import { fallbackOf } from './fallback.ts';

export interface EnvoyCluster {
  readonly '@type': string;
  readonly name: string;
  /** Carries a hash of the rest, so that a dump tells whether this very form of the cluster is in force. */
  readonly metadata: { readonly filter_metadata: { readonly slipway: { readonly hash: string } } };
  readonly [field: string]: unknown;
}

/** Model servers close idle connections after 5 s (uvicorn, Node); a POST sent into that moment would be lost. */
const IDLE_TIMEOUT = '3s';

/** Envoy's default of three concurrent retries would leave a dead candidate's users unrescued under load. */
const LIVE_LIMITS = {
  thresholds: [{ max_connections: 4096, max_pending_requests: 4096, max_requests: 4096, max_retries: 4096 }],
};

/** Copies in flight per version. A slow candidate must not pile up copies; what is over the limit is shed and counted. */
const MIRROR_LIMITS = { thresholds: [{ max_connections: 64, max_pending_requests: 64, max_requests: 64 }] };

/**
 * Only lost connections, timeouts and gateway errors eject: a 500 is an answer that evidence wants to see, and three
 * bad inputs in a row must not take a version out.
 */
const EJECTION = {
  consecutive_5xx: 3,
  enforcing_consecutive_5xx: 0,
  enforcing_success_rate: 0,
  consecutive_gateway_failure: 3,
  enforcing_consecutive_gateway_failure: 100,
  interval: '0.5s',
  base_ejection_time: '2s',
  max_ejection_time: '10s',
  max_ejection_percent: 100,
  always_eject_one_host: true,
};

/** Every cluster that the endpoints need, sorted by name. */
export function clustersOf(endpoints: readonly DesiredEndpoint[], mirrorSocket: string): EnvoyCluster[] {
  const clusters = endpoints.flatMap((endpoint) => endpointClusters(endpoint, mirrorSocket));
  return clusters.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function endpointClusters({ endpoint, route, versions }: DesiredEndpoint, mirrorSocket: string): EnvoyCluster[] {
  const addresses = new Map(versions.map((version) => [version.key, version]));
  // Also for running versions outside the route: their counters must not start again when they come back into it.
  const keys = [...new Set([...addresses.keys(), ...versionsOf(route)])];
  return [
    ...keys.map((key) => serverCluster(clusterName('live', endpoint, key), key, addresses.get(key))),
    ...keys.map((key) => serverCluster(clusterName('guarded', endpoint, key), key, addresses.get(key), EJECTION)),
    ...route.arms.flatMap(({ version }, position) => {
      const fallback = fallbackOf(route.arms, position);
      // Stable is never ejected: that would send all of its users to a version that nothing is proved of yet.
      return fallback === null ? [] : [armCluster(endpoint, position === 0 ? 'live' : 'guarded', version, fallback)];
    }),
    ...route.mirrors.flatMap(({ version }) => [
      mirrorCluster(endpoint, version, mirrorSocket),
      serverCluster(clusterName('shadow', endpoint, version), version, addresses.get(version)),
    ]),
  ];
}

/** A version that is not running has a cluster without hosts: its arm falls back at once, a lone arm answers 503. */
function serverCluster(
  name: string,
  key: string,
  address: VersionAddress | undefined,
  ejection?: object,
): EnvoyCluster {
  const host = address && {
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: address.port } } },
    metadata: { filter_metadata: { [METADATA]: { version: key } } },
  };
  return named(name, {
    type: 'STATIC',
    connect_timeout: '1s',
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
    circuit_breakers: LIVE_LIMITS,
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: host ? [host] : [] }] },
    typed_extension_protocol_options: httpOptions({ common_http_protocol_options: { idle_timeout: IDLE_TIMEOUT } }),
    ...(ejection && { outlier_detection: ejection }),
  });
}

function armCluster(endpoint: string, kind: 'live' | 'guarded', version: string, fallback: string): EnvoyCluster {
  return named(clusterName('arm', endpoint, version, fallback), {
    connect_timeout: '1s',
    lb_policy: 'CLUSTER_PROVIDED',
    circuit_breakers: LIVE_LIMITS,
    cluster_type: {
      name: 'envoy.clusters.aggregate',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig',
        clusters: [clusterName(kind, endpoint, version), clusterName('live', endpoint, fallback)],
      },
    },
  });
}

function mirrorCluster(endpoint: string, version: string, socket: string): EnvoyCluster {
  const name = clusterName('mirror', endpoint, version);
  const stamp = { header: { key: STAMPS.mirror, value: clusterName('shadow', endpoint, version) } };
  const mutation = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
    mutations: { request_mutations: [{ append: { ...stamp, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } }] },
  };
  const codec = { '@type': 'type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec' };
  return named(name, {
    type: 'STATIC',
    connect_timeout: '1s',
    circuit_breakers: MIRROR_LIMITS,
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: socket } } } }] }],
    },
    typed_extension_protocol_options: httpOptions({
      http_filters: [
        { name: 'envoy.filters.http.header_mutation', typed_config: mutation },
        { name: 'envoy.filters.http.upstream_codec', typed_config: codec },
      ],
    }),
  });
}

function httpOptions(options: object): object {
  return {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http_protocol_options: {} },
      ...options,
    },
  };
}

function named(name: string, fields: object): EnvoyCluster {
  const hash = createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 16);
  return {
    '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
    name,
    metadata: { filter_metadata: { slipway: { hash } } },
    ...fields,
  };
}
