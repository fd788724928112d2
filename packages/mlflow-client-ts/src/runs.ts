import { API, type CallOptions } from './call.ts';
import type { ViewType } from './experiments.ts';
import type { Http } from './http.ts';
import { readMetric, writeMetric, type Metric, type MetricInput } from './metrics.ts';
import { paginate } from './paginate.ts';
import { readRun, type Run, type RunStatus } from './run.ts';
import { batches } from './run-batches.ts';
import { writePairs, type Tags } from './tags.ts';

export interface CreateRun {
  readonly experimentId: string;
  readonly runName?: string | undefined;
  /** Milliseconds since 1970; default: now. */
  readonly startTime?: number | undefined;
  readonly tags?: Tags | undefined;
}

export interface UpdateRun {
  readonly status?: RunStatus | undefined;
  /** Milliseconds since 1970. */
  readonly endTime?: number | undefined;
  readonly runName?: string | undefined;
}

export interface SearchRuns {
  readonly experimentIds: readonly string[];
  /** MLflow's filter language: `metrics.accuracy > 0.9 and params.model = 'forest'`. */
  readonly filter?: string | undefined;
  readonly viewType?: ViewType | undefined;
  readonly orderBy?: readonly string[] | undefined;
  /** Runs asked for at a time; default 1000. */
  readonly pageSize?: number | undefined;
}

export interface RunBatch {
  readonly metrics?: readonly MetricInput[] | undefined;
  readonly params?: Tags | undefined;
  readonly tags?: Tags | undefined;
}

/** Runs, and what is logged to them. */
export class Runs {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Starts a run; never repeated once the server may have seen it, since each repetition would make one more. */
  async create(run: CreateRun, options?: CallOptions): Promise<Run> {
    const json = {
      experiment_id: run.experimentId,
      run_name: run.runName,
      start_time: run.startTime ?? Date.now(),
      tags: writePairs(run.tags),
    };
    const call = { method: 'POST', path: `${API}/runs/create`, json, repeat: 'once' } as const;
    return readRun((await this.#http.message(call, options)).message('run'));
  }

  /** The run of this id; RESOURCE_DOES_NOT_EXIST without one. */
  async get(runId: string, options?: CallOptions): Promise<Run> {
    const call = { method: 'GET', path: `${API}/runs/get`, query: { run_id: runId }, repeat: 'safe' } as const;
    return readRun((await this.#http.message(call, options)).message('run'));
  }

  /** Changes status, end or name. */
  async update(runId: string, change: UpdateRun, options?: CallOptions): Promise<void> {
    const { status, endTime, runName } = change;
    await this.#post('update', { run_id: runId, status, end_time: endTime, run_name: runName }, 'safe', options);
  }

  /** Ends the run now. */
  async finish(runId: string, status: RunStatus = 'FINISHED', options?: CallOptions): Promise<void> {
    await this.update(runId, { status, endTime: Date.now() }, options);
  }

  /** All runs that match, page by page. */
  search(search: SearchRuns, options?: CallOptions): AsyncGenerator<Run, void, undefined> {
    return paginate('runs', async (pageToken) => {
      const json = {
        experiment_ids: search.experimentIds,
        filter: search.filter,
        run_view_type: search.viewType,
        order_by: search.orderBy,
        max_results: search.pageSize ?? 1000,
        page_token: pageToken,
      };
      const call = { method: 'POST', path: `${API}/runs/search`, json, repeat: 'safe' } as const;
      const page = await this.#http.message(call, options);
      return { items: page.messages('runs').map(readRun), nextPageToken: page.optionalText('next_page_token') };
    });
  }

  /** Marks the run as deleted; `restore` undoes it. */
  async delete(runId: string, options?: CallOptions): Promise<void> {
    await this.#post('delete', { run_id: runId }, 'safe', options);
  }

  /** Undoes `delete`. */
  async restore(runId: string, options?: CallOptions): Promise<void> {
    await this.#post('restore', { run_id: runId }, 'safe', options);
  }

  async logMetric(runId: string, metric: MetricInput, options?: CallOptions): Promise<void> {
    await this.#post('log-metric', { run_id: runId, ...writeMetric(metric) }, 'safe', options);
  }

  /** Sets a param; INVALID_PARAMETER_VALUE where it already has another value, for params never change. */
  async logParam(runId: string, key: string, value: string, options?: CallOptions): Promise<void> {
    await this.#post('log-parameter', { run_id: runId, key, value }, 'safe', options);
  }

  /** Logs many at once; more than MLflow takes in one request go in several, each whole or not at all. */
  async logBatch(runId: string, batch: RunBatch, options?: CallOptions): Promise<void> {
    for (const part of batches(batch)) await this.#post('log-batch', { run_id: runId, ...part }, 'safe', options);
  }

  async setTag(runId: string, key: string, value: string, options?: CallOptions): Promise<void> {
    await this.#post('set-tag', { run_id: runId, key, value }, 'safe', options);
  }

  /** Removes a tag; RESOURCE_DOES_NOT_EXIST without one. */
  async deleteTag(runId: string, key: string, options?: CallOptions): Promise<void> {
    await this.#post('delete-tag', { run_id: runId, key }, 'removal', options);
  }

  /** All values of one metric, page by page, in MLflow's order. */
  metricHistory(
    runId: string,
    key: string,
    search: { readonly pageSize?: number | undefined } = {},
    options?: CallOptions,
  ): AsyncGenerator<Metric, void, undefined> {
    return paginate(`metric '${key}'`, async (pageToken) => {
      const query = { run_id: runId, metric_key: key, max_results: search.pageSize ?? 25_000, page_token: pageToken };
      const call = { method: 'GET', path: `${API}/metrics/get-history`, query, repeat: 'safe' } as const;
      const page = await this.#http.message(call, options);
      return { items: page.messages('metrics').map(readMetric), nextPageToken: page.optionalText('next_page_token') };
    });
  }

  async #post(verb: string, json: unknown, repeat: 'safe' | 'removal', options?: CallOptions): Promise<void> {
    await this.#http.message({ method: 'POST', path: `${API}/runs/${verb}`, json, repeat }, options);
  }
}
