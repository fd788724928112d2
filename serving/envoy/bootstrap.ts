import { CAPTURE_CLUSTER, gatewayListener, mirrorListener } from './listeners.ts';
import type { ListenerOptions } from './listeners.ts';

export interface BootstrapOptions extends ListenerOptions {
  readonly adminSocket: string;
  readonly clustersPath: string;
  /** Unix socket of the capture process. */
  readonly captureAddress: string;
}

/** The part of Envoy's configuration that stays for the life of its process. */
export function bootstrapOf(options: BootstrapOptions): object {
  const { adminSocket, captureAddress, clustersPath, watchedDir } = options;
  return {
    node: { id: 'slipway', cluster: 'slipway' },
    // Unauthenticated by nature, so a socket that only this user may open.
    admin: { address: { pipe: { path: adminSocket, mode: 0o600 } } },
    dynamic_resources: {
      cds_config: {
        resource_api_version: 'V3',
        path_config_source: { path: clustersPath, watched_directory: { path: watchedDir } },
      },
    },
    overload_manager: { resource_monitors: [CONNECTION_LIMIT] },
    static_resources: {
      listeners: [gatewayListener(options), mirrorListener(options)],
      clusters: [captureCluster(captureAddress)],
    },
  };
}

/** Without any, clients that open connections and never close them could use up Envoy's memory. */
const CONNECTION_LIMIT = {
  name: 'envoy.resource_monitors.global_downstream_max_connections',
  typed_config: {
    '@type':
      'type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
    max_active_downstream_connections: 10_000,
  },
};

function captureCluster(path: string): object {
  return {
    name: CAPTURE_CLUSTER,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: CAPTURE_CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path } } } }] }],
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
}
