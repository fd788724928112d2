import { metric } from '../exposition.ts';

const OF_PLACE = ['target', 'endpoint'] as const;
const OF_GATE = [...OF_PLACE, 'stage'] as const;

/**
 * What a worker shows at `GET /metrics`, beside Temporal's own metrics.
 *
 * Counts begin at zero with the process. Open rollouts are those of the namespace, so every worker shows the same ones.
 */
export const WORKER_METRICS = {
  queueUp: metric('gauge', 'worker_queue_up', 'Whether the worker takes tasks of a queue: 1 or 0.', ['queue']),
  memory: metric('gauge', 'worker_memory_bytes', 'Resident memory of the worker.', []),
  connections: metric('gauge', 'worker_database_connections', 'Connections to PostgreSQL by state: idle, busy.', [
    'state',
  ]),
  waiting: metric('gauge', 'worker_database_waiting', 'Activities that wait for a connection to PostgreSQL.', []),

  temporalAnswers: metric('gauge', 'worker_rollouts_known', 'Whether Temporal told the open rollouts: 1 or 0.', []),
  open: metric('gauge', 'rollout_open', 'An open rollout, at 1; `stage` as in Temporal.', [
    ...OF_PLACE,
    'type',
    'candidate',
    'stage',
    'paused',
  ]),
  weight: metric(
    'gauge',
    'rollout_weight_ratio',
    'Share of live requests that an open rollout wants its candidate to have.',
    [...OF_PLACE, 'candidate'],
  ),
  started: metric('gauge', 'rollout_started_timestamp_seconds', 'When an open rollout began, in Unix time.', OF_PLACE),
  ended: metric('counter', 'rollouts_ended_total', 'Rollouts that this worker closed, by outcome.', [
    ...OF_PLACE,
    'outcome',
  ]),

  verdicts: metric('counter', 'gate_verdicts_total', 'Verdicts that ended a watch of this worker.', [
    ...OF_GATE,
    'decision',
  ]),
  sighted: metric(
    'gauge',
    'watch_last_sighted_timestamp_seconds',
    'When the evidence store last answered an open watch of this worker, in Unix time.',
    OF_GATE,
  ),
  lateness: metric('histogram', 'gate_lateness_seconds', 'From the sealing of a batch until its gate had judged it.', [
    'stage',
  ]),
  incidents: metric('gauge', 'incidents_open', "Open incidents of an endpoint's monitor.", [
    ...OF_PLACE,
    'kind',
    'severity',
    'acknowledged',
  ]),
  windows: metric(
    'counter',
    'monitor_windows_total',
    'Windows that this worker looked at for monitors, by result: judged, unjudged.',
    [...OF_PLACE, 'result'],
  ),
  measured: metric(
    'gauge',
    'monitor_limit_used_ratio',
    'What the last window measured as a share of its limit, by kind and subject: drift of a feature, faults of an input, use of a resource.',
    [...OF_PLACE, 'kind', 'subject'],
  ),

  drilled: metric(
    'gauge',
    'drill_last_timestamp_seconds',
    'When a drill last ended so, in Unix time; by fault and result: passed, failed, not_held.',
    [...OF_PLACE, 'fault', 'result'],
  ),
  proven: metric('gauge', 'drill_proven', 'Whether the last drill that could be held has passed: 1 or 0.', [
    ...OF_PLACE,
    'fault',
  ]),
  tookBack: metric(
    'gauge',
    'drill_last_duration_seconds',
    'From the first request on the faulty copy to the last, in the last drill that passed.',
    [...OF_PLACE, 'fault'],
  ),
  unproven: metric(
    'gauge',
    'rollback_unproven_since_timestamp_seconds',
    'When a drill last passed on the endpoint, else when its first version was promoted, in Unix time.',
    OF_PLACE,
  ),

  alerts: metric(
    'counter',
    'alert_deliveries_total',
    'Messages to receivers of alerts, by kind and result: delivered, failed.',
    ['receiver', 'result'],
  ),
} as const;
