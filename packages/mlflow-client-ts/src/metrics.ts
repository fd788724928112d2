import { encodeDouble } from './json.ts';
import type { Message } from './message.ts';

export interface Metric {
  readonly key: string;
  /** MLflow's SQL stores give an infinity back as ±1.797…e308, the largest double; NaN stays NaN. */
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
  readonly modelId: string | undefined;
  readonly datasetName: string | undefined;
  readonly datasetDigest: string | undefined;
}

export interface MetricInput {
  readonly key: string;
  /** NaN and the infinities may be logged. */
  readonly value: number;
  /** Milliseconds since 1970; default: now. */
  readonly timestamp?: number | undefined;
  /** Default: 0. */
  readonly step?: number | undefined;
  readonly modelId?: string | undefined;
  readonly datasetName?: string | undefined;
  readonly datasetDigest?: string | undefined;
}

export function readMetric(message: Message): Metric {
  return {
    key: message.text('key'),
    value: message.double('value'),
    timestamp: message.int('timestamp'),
    step: message.optionalInt('step') ?? 0,
    modelId: message.optionalText('model_id'),
    datasetName: message.optionalText('dataset_name'),
    datasetDigest: message.optionalText('dataset_digest'),
  };
}

/** The timestamp is fixed here, once, so that a repeated request logs the same point and not a second one. */
export function writeMetric(metric: MetricInput): Record<string, unknown> {
  return {
    key: metric.key,
    value: encodeDouble(metric.value),
    timestamp: metric.timestamp ?? Date.now(),
    step: metric.step ?? 0,
    model_id: metric.modelId,
    dataset_name: metric.datasetName,
    dataset_digest: metric.datasetDigest,
  };
}
