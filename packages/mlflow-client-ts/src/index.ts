export { MlflowClient } from './client.ts';
export { optionsFromEnv, type MlflowClientOptions } from './config.ts';
export type { Auth, AuthProvider, BasicAuth, BearerAuth, Environment } from './auth.ts';
export type { TlsOptions } from './tls.ts';
export type { Fetch, TransportRequest } from './transport.ts';
export type { RetryPolicy } from './retry.ts';
export type { CallOptions } from './call.ts';
export { isMlflowError, MlflowError, type ClientErrorCode, type MlflowErrorCode } from './errors.ts';
export { collect } from './paginate.ts';
export type { Tags } from './tags.ts';
export type { Experiment, Experiments, SearchExperiments, ViewType } from './experiments.ts';
export type { Metric, MetricInput } from './metrics.ts';
export type { DatasetInput, Run, RunStatus } from './run.ts';
export type { CreateRun, RunBatch, Runs, SearchRuns, UpdateRun } from './runs.ts';
export type { ArtifactSource } from './artifact-location.ts';
export type { ArtifactEntry } from './artifact-store.ts';
export type { ArtifactFile } from './artifact-tree.ts';
export type { Artifacts } from './artifacts.ts';
export type { Uploadable } from './upload-body.ts';
export type { RegisteredModel, RegisteredModels, SearchRegistry } from './registered-models.ts';
export type { ModelVersion, ModelVersionRef, ModelVersionStatus } from './model-version.ts';
export type { CreateModelVersion, ModelVersions } from './model-versions.ts';
export type {
  CreateLoggedModel,
  LoggedModel,
  LoggedModels,
  LoggedModelStatus,
  SearchLoggedModels,
} from './logged-models.ts';
export type { CreateWebhook, Webhook, WebhookEvent, Webhooks, WebhookStatus, WebhookTestResult } from './webhooks.ts';
export { verifyWebhook, type WebhookDelivery } from './webhook-signature.ts';
