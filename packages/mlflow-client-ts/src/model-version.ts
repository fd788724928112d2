import type { Message } from './message.ts';
import type { Tags } from './tags.ts';

export type ModelVersionStatus = 'PENDING_REGISTRATION' | 'FAILED_REGISTRATION' | 'READY';

/** Names a version; a `ModelVersion` is one too. */
export interface ModelVersionRef {
  readonly name: string;
  readonly version: string | number;
}

export interface ModelVersion {
  readonly name: string;
  /** MLflow counts versions from '1'; a string, as MLflow has it. */
  readonly version: string;
  readonly status: ModelVersionStatus;
  readonly statusMessage: string | undefined;
  /** Where the version was registered from: `runs:/…`, `models:/m-…`, `mlflow-artifacts:/…`, `s3://…`. */
  readonly source: string | undefined;
  readonly runId: string | undefined;
  /** MLflow 3's logged model behind the version, `m-…`; from `source` where MLflow leaves the field out, as its SQL store does. */
  readonly modelId: string | undefined;
  readonly description: string | undefined;
  readonly userId: string | undefined;
  /** MLflow's deprecated stage; 'None' where unused. */
  readonly currentStage: string | undefined;
  readonly tags: Tags;
  readonly aliases: readonly string[];
  /** Milliseconds since 1970. */
  readonly creationTimestamp: number | undefined;
  /** Milliseconds since 1970. */
  readonly lastUpdatedTimestamp: number | undefined;
}

export function readModelVersion(message: Message): ModelVersion {
  const source = message.optionalText('source');
  return {
    name: message.text('name'),
    version: message.text('version'),
    status: (message.optionalText('status') ?? 'READY') as ModelVersionStatus,
    statusMessage: message.optionalText('status_message'),
    source,
    runId: message.optionalText('run_id'),
    modelId: message.optionalText('model_id') ?? /^models:\/+(m-[^/@]+)$/.exec(source ?? '')?.[1],
    description: message.optionalText('description'),
    userId: message.optionalText('user_id'),
    currentStage: message.optionalText('current_stage'),
    tags: message.pairs('tags'),
    aliases: message.texts('aliases'),
    creationTimestamp: message.optionalInt('creation_timestamp'),
    lastUpdatedTimestamp: message.optionalInt('last_updated_timestamp'),
  };
}
