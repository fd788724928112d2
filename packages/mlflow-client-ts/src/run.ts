import type { Message } from './message.ts';
import { readMetric, type Metric } from './metrics.ts';
import type { Tags } from './tags.ts';

export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';

/** A dataset that a run read, without its schema and profile. */
export interface DatasetInput {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string | undefined;
  readonly source: string | undefined;
  readonly tags: Tags;
}

/** A run, MLflow's `info` and `data` in one. */
export interface Run {
  readonly runId: string;
  readonly runName: string | undefined;
  readonly experimentId: string;
  readonly userId: string | undefined;
  readonly status: RunStatus;
  /** Milliseconds since 1970. */
  readonly startTime: number | undefined;
  /** Milliseconds since 1970; undefined while it runs. */
  readonly endTime: number | undefined;
  readonly artifactUri: string | undefined;
  readonly lifecycleStage: string;
  /** The last value of each metric; `runs.metricHistory` gives all. */
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly params: Tags;
  readonly tags: Tags;
  readonly datasets: readonly DatasetInput[];
  /** Ids of the logged models that the run read. */
  readonly inputModelIds: readonly string[];
  /** Ids of the logged models that the run made. */
  readonly outputModelIds: readonly string[];
}

export function readRun(message: Message): Run {
  const info = message.message('info');
  const data = message.has('data') ? message.message('data') : undefined;
  const inputs = message.has('inputs') ? message.message('inputs') : undefined;
  const outputs = message.has('outputs') ? message.message('outputs') : undefined;
  const metrics = (data?.messages('metrics') ?? []).map(readMetric);
  return {
    ...readRunInfo(info),
    metrics: Object.fromEntries(metrics.map((metric) => [metric.key, metric])),
    params: data?.pairs('params') ?? {},
    tags: data?.pairs('tags') ?? {},
    datasets: (inputs?.messages('dataset_inputs') ?? []).map(readDataset),
    inputModelIds: (inputs?.messages('model_inputs') ?? []).map((model) => model.text('model_id')),
    outputModelIds: (outputs?.messages('model_outputs') ?? []).map((model) => model.text('model_id')),
  };
}

function readRunInfo(info: Message) {
  return {
    runId: info.text('run_id'),
    runName: info.optionalText('run_name'),
    experimentId: info.text('experiment_id'),
    userId: info.optionalText('user_id'),
    status: info.text('status') as RunStatus,
    startTime: info.optionalInt('start_time'),
    endTime: info.optionalInt('end_time'),
    artifactUri: info.optionalText('artifact_uri'),
    lifecycleStage: info.optionalText('lifecycle_stage') ?? 'active',
  };
}

function readDataset(input: Message): DatasetInput {
  const dataset = input.message('dataset');
  return {
    name: dataset.text('name'),
    digest: dataset.text('digest'),
    sourceType: dataset.optionalText('source_type'),
    source: dataset.optionalText('source'),
    tags: input.pairs('tags'),
  };
}
