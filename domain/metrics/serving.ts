import { metric } from '../exposition.ts';
import { MOST_TOKENS } from '../gate-batch.ts';

const OF_ENDPOINT = ['endpoint'] as const;
const OF_VERSION = ['endpoint', 'version'] as const;

/**
 * What a serving host shows at `GET /metrics`, beside Envoy's own metrics.
 *
 * Everything about predictions is by the version that the split assigned, whoever answered in the end, and is counted anew
 * from zero when the capture process is.
 */
export const SERVING_METRICS = {
  partUp: metric('gauge', 'serving_part_up', 'Whether a part of the serving host is well: 1 or 0.', ['part']),
  partMemory: metric('gauge', 'serving_part_memory_bytes', 'Resident memory of a part of the serving host.', ['part']),

  state: metric('gauge', 'version_state', 'Whether a version is in this state: 1 or 0.', [...OF_VERSION, 'state']),
  restarts: metric(
    'counter',
    'version_restarts_total',
    'How often the model server of a version was started again.',
    OF_VERSION,
  ),
  cpu: metric('counter', 'version_cpu_seconds_total', 'Processor time of the model server that runs now.', OF_VERSION),
  memory: metric('gauge', 'version_memory_bytes', 'Resident memory of the model server.', OF_VERSION),

  weight: metric('gauge', 'route_weight_ratio', 'Share of live requests, as desired and as Envoy has it in force.', [
    ...OF_VERSION,
    'level',
  ]),
  mirrored: metric(
    'gauge',
    'route_mirrored_ratio',
    'Share of requests copied to a version, as desired and as in force.',
    [...OF_VERSION, 'level'],
  ),

  predictions: metric(
    'counter',
    'predictions_total',
    'Predictions by assigned version and ending: ok, rejected (4xx), error (5xx, lost, rescued by another version), timeout.',
    [...OF_VERSION, 'result'],
  ),
  duration: metric(
    'histogram',
    'prediction_duration_seconds',
    "From a request's last byte to its answer's last byte.",
    OF_VERSION,
  ),
  firstToken: metric(
    'histogram',
    'first_token_seconds',
    "From a request's last byte to the first piece of a streamed answer.",
    OF_VERSION,
  ),
  tokens: metric(
    'counter',
    'tokens_total',
    `Tokens of requests (input) and of answers (output, each counted up to ${MOST_TOKENS}), where answers tell their usage.`,
    [...OF_VERSION, 'direction'],
  ),
  tokenAnswers: metric(
    'counter',
    'token_counted_answers_total',
    'Answers that told their usage: what tokens are counted of.',
    OF_VERSION,
  ),
  pairs: metric(
    'counter',
    'mirrored_pairs_total',
    'Copies of requests by how the two answers compare: agree, disagree, only_served_failed, only_mirrored_failed, unpaired.',
    ['endpoint', 'version', 'against', 'result'],
  ),
  labels: metric('counter', 'labels_total', 'Labels credited to the version that served the prediction.', OF_VERSION),
  labelsCorrect: metric(
    'counter',
    'labels_correct_total',
    'Of the labels, those that the prediction agrees with.',
    OF_VERSION,
  ),

  lost: metric('counter', 'capture_lost_entries_total', 'Log entries that no gate batch holds.', OF_ENDPOINT),
  shed: metric(
    'counter',
    'capture_shed_predictions_total',
    'Predictions that the log does not hold, because the store was behind.',
    [],
  ),
  queuedPredictions: metric('gauge', 'capture_queued_predictions', 'Predictions that wait to be stored.', []),
  queuedBatches: metric('gauge', 'capture_queued_batches', 'Gate batches that wait to be stored.', []),
  lag: metric(
    'gauge',
    'capture_lag_seconds',
    'Age of the oldest gate batch that waits to be stored; 0 when none does.',
    [],
  ),
} as const;

/** Upper bounds of {@link SERVING_METRICS.duration} and of times to the first token, in seconds. */
export const DURATION_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
