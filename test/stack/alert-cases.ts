/** What has to happen for an alert to fire, with samples as promtool writes them, and when it does. */
export interface AlertCase {
  readonly alert: string;
  /** Between two samples, and two looks of Prometheus; 15 s unless said otherwise. */
  readonly every?: string;
  readonly series: Readonly<Record<string, string>>;
  /** The last moment at which it must not fire, and the first at which it must. */
  readonly quiet: string;
  readonly fires: string;
  /** Of the alert, besides its severity. */
  readonly labels: Readonly<Record<string, string>>;
}

const PLACE = 'target="local",endpoint="digits"';
const VERSION = 'endpoint="digits",version="v2",instance="h"';
const place = { target: 'local', endpoint: 'digits' };
const version = { endpoint: 'digits', version: 'v2' };
/** For a minute well, then not. */
const FALLS = '1x4 0x40';
/** One, two, three and then four times within a quarter of an hour. */
const FOUR = '0x60 1 2 3 4x20';

export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'SlipwayNoWorker',
    series: { 'up{job="slipway-worker",instance="a"}': FALLS, 'up{job="other",instance="a"}': '1x50' },
    ...{ quiet: '2m', fires: '2m15s', labels: {} },
  },
  {
    alert: 'SlipwayWorkerDown',
    series: { 'up{job="slipway-worker",instance="a"}': FALLS, 'up{job="slipway-worker",instance="b"}': '1x50' },
    ...{ quiet: '3m', fires: '3m15s', labels: { job: 'slipway-worker', instance: 'a' } },
  },
  {
    alert: 'SlipwayQueueNotPolled',
    series: {
      'slipway_worker_queue_up{queue="slipway",instance="a"}': FALLS,
      'slipway_worker_queue_up{queue="slipway",instance="b"}': '0x50',
      'slipway_worker_queue_up{queue="slipway-build",instance="a"}': '1x50',
    },
    ...{ quiet: '2m', fires: '2m15s', labels: { queue: 'slipway' } },
  },
  {
    alert: 'SlipwayTemporalAway',
    series: {
      'slipway_worker_rollouts_known{instance="a"}': FALLS,
      'slipway_worker_rollouts_known{instance="b"}': '0x50',
    },
    ...{ quiet: '3m', fires: '3m15s', labels: {} },
  },
  {
    alert: 'SlipwayRollbackFailed',
    series: {
      [`slipway_rollout_open{${PLACE},candidate="v2",stage="canary",instance="a"}`]: '1x4',
      [`slipway_rollout_open{${PLACE},candidate="v2",stage="rollback_failed",instance="a"}`]: '_x5 1x20',
      [`slipway_rollout_open{${PLACE},candidate="v2",stage="rollback_failed",instance="b"}`]: '_x5 1x20',
    },
    ...{ quiet: '1m', fires: '1m15s', labels: { ...place, candidate: 'v2' } },
  },
  {
    alert: 'SlipwayWatchBlind',
    series: { [`slipway_watch_last_sighted_timestamp_seconds{${PLACE},stage="canary"}`]: '0+15x4 60x40' },
    ...{ quiet: '3m', fires: '3m15s', labels: { ...place, stage: 'canary' } },
  },
  {
    alert: 'SlipwayRolloutForgotten',
    every: '5m',
    series: { [`slipway_rollout_open{${PLACE},paused="true"}`]: '1x300' },
    ...{ quiet: '23h55m', fires: '24h', labels: place },
  },
  {
    alert: 'SlipwayGatesLate',
    series: {
      'slipway_gate_lateness_seconds_bucket{stage="canary",le="10"}': '0+97x40',
      'slipway_gate_lateness_seconds_bucket{stage="canary",le="30"}': '0+100x40',
      'slipway_gate_lateness_seconds_bucket{stage="canary",le="+Inf"}': '0+100x40',
    },
    ...{ quiet: '5m', fires: '5m15s', labels: {} },
  },
  {
    alert: 'SlipwayDatabaseBusy',
    series: { 'slipway_worker_database_waiting{instance="a"}': '0x4 2x60' },
    ...{ quiet: '11m', fires: '11m15s', labels: { instance: 'a' } },
  },
  {
    alert: 'SlipwayAlertsNotDelivered',
    series: {
      'slipway_alert_deliveries_total{receiver="slack",result="failed"}': FOUR,
      'slipway_alert_deliveries_total{receiver="webhook",result="delivered"}': '0+1x80',
    },
    ...{ quiet: '15m45s', fires: '16m', labels: { receiver: 'slack' } },
  },
  {
    alert: 'SlipwayIncidentOpen',
    series: {
      [`slipway_incidents_open{${PLACE},kind="errors",severity="critical",acknowledged="false",instance="a"}`]:
        '0x4 1x80',
      [`slipway_incidents_open{${PLACE},kind="drift",severity="warning",acknowledged="false",instance="a"}`]: '1x80',
      [`slipway_incidents_open{${PLACE},kind="latency",severity="critical",acknowledged="true",instance="a"}`]: '1x80',
    },
    ...{ quiet: '16m', fires: '16m15s', labels: { ...place, kind: 'errors' } },
  },
  {
    alert: 'SlipwayDrillFailed',
    series: {
      [`slipway_drill_proven{${PLACE},fault="dead",instance="a"}`]: FALLS,
      [`slipway_drill_proven{${PLACE},fault="errors",instance="a"}`]: '1x50',
    },
    ...{ quiet: '1m', fires: '1m15s', labels: { ...place, fault: 'dead' } },
  },
  {
    // Proven after ten days, and never again.
    alert: 'SlipwayRollbackNotProven',
    every: '1h',
    series: {
      [`slipway_rollback_unproven_since_timestamp_seconds{${PLACE},instance="a"}`]: '0x240 864000x800',
      [`slipway_rollback_unproven_since_timestamp_seconds{${PLACE},instance="b"}`]: '0x1040',
    },
    ...{ quiet: '961h', fires: '962h', labels: place },
  },
  {
    alert: 'SlipwayServingDown',
    series: { 'up{job="slipway-serving",instance="h"}': FALLS },
    ...{ quiet: '2m', fires: '2m15s', labels: { job: 'slipway-serving', instance: 'h' } },
  },
  {
    alert: 'SlipwayPartDown',
    series: { 'slipway_serving_part_up{part="envoy"}': FALLS, 'slipway_serving_part_up{part="store"}': '1x50' },
    ...{ quiet: '2m', fires: '2m15s', labels: { part: 'envoy' } },
  },
  {
    alert: 'SlipwayVersionUnhealthy',
    series: {
      [`slipway_version_state{${VERSION},state="ready"}`]: FALLS,
      [`slipway_route_weight_ratio{${VERSION},level="desired"}`]: '0.5x50',
      'slipway_version_state{endpoint="digits",version="v3",instance="h",state="ready"}': '0x50',
      'slipway_route_weight_ratio{endpoint="digits",version="v3",instance="h",level="desired"}': '0x50',
    },
    ...{ quiet: '1m15s', fires: '1m30s', labels: { ...version, instance: 'h', state: 'ready' } },
  },
  {
    alert: 'SlipwayVersionRestarts',
    series: { [`slipway_version_restarts_total{${VERSION}}`]: FOUR },
    ...{ quiet: '15m45s', fires: '16m', labels: { ...version, instance: 'h' } },
  },
  {
    alert: 'SlipwayRouteDiverged',
    series: {
      [`slipway_route_weight_ratio{${VERSION},level="desired"}`]: '0.5x50',
      [`slipway_route_weight_ratio{${VERSION},level="programmed"}`]: '0.5x4 0x40',
    },
    ...{ quiet: '2m', fires: '2m15s', labels: { ...version, instance: 'h' } },
  },
  {
    // Of 200 predictions in five minutes the eleventh failed one is more than a twentieth.
    alert: 'SlipwayErrorRate',
    series: {
      [`slipway_predictions_total{${VERSION},result="ok"}`]: '0+10x60',
      [`slipway_predictions_total{${VERSION},result="error"}`]: '0x20 1+1x40',
      'slipway_predictions_total{endpoint="digits",version="v3",result="error"}': '0x20 1x40',
    },
    ...{ quiet: '8m30s', fires: '8m45s', labels: version },
  },
  {
    // 35 slow quarters of a minute in an hour are more than 14.4 times one percent.
    alert: 'SlipwayLatencyBurn',
    series: {
      [`slipway_prediction_duration_seconds_bucket{${VERSION},le="0.5"}`]: '0+10x240 2400x60',
      [`slipway_prediction_duration_seconds_count{${VERSION}}`]: '0+10x300',
    },
    ...{ quiet: '1h8m30s', fires: '1h8m45s', labels: { endpoint: 'digits' } },
  },
  {
    alert: 'SlipwaySilence',
    series: { [`slipway_predictions_total{${VERSION},result="ok"}`]: '0+10x240 2400x80' },
    ...{ quiet: '1h14m45s', fires: '1h15m', labels: { endpoint: 'digits' } },
  },
  {
    alert: 'SlipwayCaptureBehind',
    series: { 'slipway_capture_lag_seconds{instance="h"}': '0x4 61x40' },
    ...{ quiet: '2m', fires: '2m15s', labels: { instance: 'h' } },
  },
  {
    alert: 'SlipwayCaptureLoses',
    series: { 'slipway_capture_lost_entries_total{endpoint="digits",instance="h"}': '0x40 5x10' },
    ...{ quiet: '10m', fires: '10m15s', labels: { endpoint: 'digits' } },
  },
  {
    alert: 'SlipwayCaptureLoses',
    series: { 'envoy_access_logs_grpc_access_log_logs_dropped{instance="h"}': '0x40 5x10' },
    ...{ quiet: '10m', fires: '10m15s', labels: { endpoint: 'all', instance: 'h' } },
  },
  {
    alert: 'SlipwayLabelsStopped',
    every: '5m',
    series: {
      [`slipway_labels_total{${VERSION}}`]: '0+1x288 288x60',
      [`slipway_predictions_total{${VERSION},result="ok"}`]: '0+1x350',
    },
    ...{ quiet: '25h55m', fires: '26h', labels: { endpoint: 'digits' } },
  },
];
