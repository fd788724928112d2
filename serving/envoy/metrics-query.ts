/**
 * Envoy's metrics that say something about predictions: requests, answers by class, retries, ejections and lost connections
 * by cluster (see names.ts), connections and requests of both listeners, its log, and its memory.
 *
 * Latencies are left to capture, which tells them by assigned version; of Envoy's two thousand other series nobody asks.
 */
export const METRICS_QUERY = `/stats/prometheus?usedonly&filter=${encodeURIComponent(
  [
    '^cluster\\..*\\.upstream_rq_(total|active|[1-5]xx|timeout|retry|pending_overflow)$',
    '^cluster\\..*\\.upstream_cx_(active|connect_fail|destroy_remote_with_active_rq)$',
    '^cluster\\..*\\.(membership_(healthy|total)|outlier_detection\\.ejections_active)$',
    '^http\\.(gateway|mirror)\\.downstream_(rq_(total|active|[1-5]xx)|cx_active)$',
    '^access_logs\\.grpc_access_log\\.logs_(written|dropped)$',
    '^server\\.(uptime|memory_allocated|total_connections)$',
  ].join('|'),
)}`;
