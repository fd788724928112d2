import { API, type CallOptions } from './call.ts';
import type { Http } from './http.ts';
import type { Message } from './message.ts';
import { readMetric, type Metric } from './metrics.ts';
import { paginate } from './paginate.ts';
import { writePairs, type Tags } from './tags.ts';

export type LoggedModelStatus =
  'LOGGED_MODEL_PENDING' | 'LOGGED_MODEL_READY' | 'LOGGED_MODEL_UPLOAD_FAILED' | 'LOGGED_MODEL_STATUS_UNSPECIFIED';

/** MLflow 3's logged model, MLflow's `info` and `data` in one. */
export interface LoggedModel {
  /** `m-…` */
  readonly modelId: string;
  readonly experimentId: string;
  readonly name: string | undefined;
  readonly modelType: string | undefined;
  readonly sourceRunId: string | undefined;
  readonly status: LoggedModelStatus;
  readonly statusMessage: string | undefined;
  readonly artifactUri: string;
  /** Milliseconds since 1970. */
  readonly creationTimestamp: number | undefined;
  /** Milliseconds since 1970. */
  readonly lastUpdatedTimestamp: number | undefined;
  readonly tags: Tags;
  readonly params: Tags;
  readonly metrics: readonly Metric[];
}

export interface CreateLoggedModel {
  readonly experimentId: string;
  readonly name?: string | undefined;
  readonly modelType?: string | undefined;
  readonly sourceRunId?: string | undefined;
  readonly params?: Tags | undefined;
  readonly tags?: Tags | undefined;
}

export interface SearchLoggedModels {
  readonly experimentIds: readonly string[];
  /** MLflow's filter language: `name = 'forest' and metrics.accuracy > 0.9`. */
  readonly filter?: string | undefined;
  /** Fields such as `creation_timestamp` or `metrics.accuracy`; ascending where not told otherwise. */
  readonly orderBy?: readonly { readonly fieldName: string; readonly ascending?: boolean | undefined }[] | undefined;
  /** Items asked for at a time; MLflow's own default where left out. */
  readonly pageSize?: number | undefined;
}

/** Logged models: what MLflow 3 keeps of each trained model, registered or not. */
export class LoggedModels {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Makes a logged model that is still pending: upload its files, then `finalize` it. */
  async create(model: CreateLoggedModel, options?: CallOptions): Promise<LoggedModel> {
    const json = {
      experiment_id: model.experimentId,
      name: model.name,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      params: writePairs(model.params),
      tags: writePairs(model.tags),
    };
    const call = { method: 'POST', path: `${API}/logged-models`, json, repeat: 'once' } as const;
    return readLoggedModel((await this.#http.message(call, options)).message('model'));
  }

  /** The logged model of this id; RESOURCE_DOES_NOT_EXIST without one. */
  async get(modelId: string, options?: CallOptions): Promise<LoggedModel> {
    const call = { method: 'GET', path: pathOf(modelId), repeat: 'safe' } as const;
    return readLoggedModel((await this.#http.message(call, options)).message('model'));
  }

  /** Says that all its files are there, or that the upload failed. */
  async finalize(
    modelId: string,
    status: 'LOGGED_MODEL_READY' | 'LOGGED_MODEL_UPLOAD_FAILED' = 'LOGGED_MODEL_READY',
    options?: CallOptions,
  ): Promise<LoggedModel> {
    const json = { model_id: modelId, status };
    const call = { method: 'PATCH', path: pathOf(modelId), json, repeat: 'safe' } as const;
    return readLoggedModel((await this.#http.message(call, options)).message('model'));
  }

  /** All logged models that match, page by page. */
  search(search: SearchLoggedModels, options?: CallOptions): AsyncGenerator<LoggedModel, void, undefined> {
    return paginate('logged models', async (pageToken) => {
      const json = {
        experiment_ids: search.experimentIds,
        filter: search.filter,
        order_by: search.orderBy?.map((by) => ({ field_name: by.fieldName, ascending: by.ascending ?? true })),
        max_results: search.pageSize,
        page_token: pageToken,
      };
      const call = { method: 'POST', path: `${API}/logged-models/search`, json, repeat: 'safe' } as const;
      const page = await this.#http.message(call, options);
      return {
        items: page.messages('models').map(readLoggedModel),
        nextPageToken: page.optionalText('next_page_token'),
      };
    });
  }

  async setTags(modelId: string, tags: Tags, options?: CallOptions): Promise<void> {
    const json = { tags: writePairs(tags) };
    await this.#http.message({ method: 'PATCH', path: `${pathOf(modelId)}/tags`, json, repeat: 'safe' }, options);
  }

  async deleteTag(modelId: string, key: string, options?: CallOptions): Promise<void> {
    const path = `${pathOf(modelId)}/tags/${encodeURIComponent(key)}`;
    await this.#http.message({ method: 'DELETE', path, repeat: 'removal' }, options);
  }

  /** Marks the logged model as deleted. */
  async delete(modelId: string, options?: CallOptions): Promise<void> {
    await this.#http.message({ method: 'DELETE', path: pathOf(modelId), repeat: 'removal' }, options);
  }
}

function pathOf(modelId: string): string {
  return `${API}/logged-models/${encodeURIComponent(modelId)}`;
}

function readLoggedModel(message: Message): LoggedModel {
  const info = message.message('info');
  const data = message.has('data') ? message.message('data') : undefined;
  return {
    modelId: info.text('model_id'),
    experimentId: info.text('experiment_id'),
    name: info.optionalText('name'),
    modelType: info.optionalText('model_type'),
    sourceRunId: info.optionalText('source_run_id'),
    status: (info.optionalText('status') ?? 'LOGGED_MODEL_STATUS_UNSPECIFIED') as LoggedModelStatus,
    statusMessage: info.optionalText('status_message'),
    artifactUri: info.text('artifact_uri'),
    creationTimestamp: info.optionalInt('creation_timestamp_ms'),
    lastUpdatedTimestamp: info.optionalInt('last_updated_timestamp_ms'),
    tags: info.pairs('tags'),
    params: data?.pairs('params') ?? {},
    metrics: (data?.messages('metrics') ?? []).map(readMetric),
  };
}
