import { readFileSync } from 'node:fs';
import { LOG_NAMES, METADATA, STAMPS, STAMP_PREFIX, VERSION_TAG } from './names.ts';
import { ROUTES_NAME } from './routes.ts';
import { cookieFilter } from './user-cookie.ts';

export const CAPTURE_CLUSTER = 'capture';

/** How long an entry of the access log may wait for others to be sent with it. */
export const LOG_FLUSH_MS = 200;

const LUA = readFileSync(new URL('./capture.lua', import.meta.url), 'utf8');

export interface ListenerOptions {
  readonly gatewayPort: number;
  readonly mirrorSocket: string;
  readonly routesPath: string;
  readonly watchedDir: string;
}

/** Where clients send predictions. */
export function gatewayListener({ gatewayPort, routesPath, watchedDir }: ListenerOptions): object {
  return {
    name: 'gateway',
    // The default lets a stale Envoy of an earlier run share the port, and take half of the requests, unseen.
    enable_reuse_port: false,
    address: { socket_address: { address: '127.0.0.1', port_value: gatewayPort } },
    filter_chains: filterChains([cookieFilter()], {
      stat_prefix: 'gateway',
      rds: {
        route_config_name: ROUTES_NAME,
        config_source: {
          resource_api_version: 'V3',
          path_config_source: { path: routesPath, watched_directory: { path: watchedDir } },
        },
      },
      normalize_path: true,
      early_header_mutation_extensions: [clientsStampsRemoved()],
      local_reply_config: { body_format: JSON_REPLIES },
      access_log: [accessLog(LOG_NAMES.live)],
    }),
  };
}

/** Where mirrored copies arrive, so that their answers are captured too; reachable through a socket of this user only. */
export function mirrorListener({ mirrorSocket }: ListenerOptions): object {
  return {
    name: 'mirror',
    address: { pipe: { path: mirrorSocket, mode: 0o600 } },
    filter_chains: filterChains([], {
      stat_prefix: 'mirror',
      route_config: {
        name: 'mirror',
        virtual_hosts: [
          {
            name: 'mirror',
            domains: ['*'],
            // The gateway's own time limit for a copy closes its connection here.
            routes: [{ match: { prefix: '/' }, route: { cluster_header: STAMPS.mirror, timeout: '0s' } }],
          },
        ],
      },
      access_log: [accessLog(LOG_NAMES.shadow)],
    }),
  };
}

/** @param first filters before those that all listeners have */
function filterChains(first: readonly object[], options: object): object[] {
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    codec_type: 'AUTO',
    generate_request_id: true,
    preserve_external_request_id: true,
    always_set_request_id_in_response: true,
    // Else Envoy rewrites a digit of the client's own id.
    request_id_extension: {
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig',
        pack_trace_reason: false,
      },
    },
    http_filters: [
      ...first,
      {
        name: 'envoy.filters.http.lua',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
          default_source_code: { inline_string: LUA },
        },
      },
      {
        name: 'envoy.filters.http.router',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
          suppress_envoy_headers: true,
        },
      },
    ],
    ...options,
  };
  return [{ filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] }];
}

/** Also Envoy's own `x-envoy-*`, with which a client could change time limits and retries, and so the evidence. */
function clientsStampsRemoved(): object {
  const mutations = [STAMP_PREFIX, 'x-envoy-'].map((prefix) => ({
    remove_on_match: { key_matcher: { prefix, ignore_case: true } },
  }));
  return {
    name: 'envoy.http.early_header_mutation.header_mutation',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
      mutations,
    },
  };
}

const JSON_REPLIES = {
  json_format: {
    error: '%RESPONSE_CODE_DETAILS%',
    message: '%LOCAL_REPLY_BODY%',
    request_id: '%REQ(x-request-id)%',
  },
};

function accessLog(name: string): object {
  return {
    name: 'envoy.access_loggers.http_grpc',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
      additional_request_headers_to_log: Object.values(STAMPS),
      common_config: {
        log_name: name,
        transport_api_version: 'V3',
        buffer_flush_interval: `${LOG_FLUSH_MS / 1000}s`,
        buffer_size_bytes: 262_144,
        grpc_service: { envoy_grpc: { cluster_name: CAPTURE_CLUSTER } },
        custom_tags: [
          {
            tag: VERSION_TAG,
            metadata: { kind: { host: {} }, metadata_key: { key: METADATA, path: [{ key: 'version' }] } },
          },
        ],
      },
    },
  };
}
