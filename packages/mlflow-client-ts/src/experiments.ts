import { API, type CallOptions } from './call.ts';
import type { Http } from './http.ts';
import { isMlflowError } from './errors.ts';
import type { Message } from './message.ts';
import { paginate } from './paginate.ts';
import { writePairs, type Tags } from './tags.ts';

export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

export interface Experiment {
  readonly experimentId: string;
  readonly name: string;
  readonly artifactLocation: string | undefined;
  readonly lifecycleStage: string;
  /** Milliseconds since 1970. */
  readonly creationTime: number | undefined;
  /** Milliseconds since 1970. */
  readonly lastUpdateTime: number | undefined;
  readonly tags: Tags;
}

export interface SearchExperiments {
  /** MLflow's filter language: `name LIKE 'fraud%'`. */
  readonly filter?: string | undefined;
  readonly viewType?: ViewType | undefined;
  readonly orderBy?: readonly string[] | undefined;
  /** Items asked for at a time; default 1000. */
  readonly pageSize?: number | undefined;
}

/** Experiments: the folders of runs. */
export class Experiments {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Makes an experiment and returns its id; RESOURCE_ALREADY_EXISTS where the name is taken, even by a deleted one. */
  async create(
    name: string,
    settings: { readonly artifactLocation?: string | undefined; readonly tags?: Tags | undefined } = {},
    options?: CallOptions,
  ): Promise<string> {
    const json = { name, artifact_location: settings.artifactLocation, tags: writePairs(settings.tags) };
    const call = { method: 'POST', path: `${API}/experiments/create`, json, repeat: 'once' } as const;
    return (await this.#http.message(call, options)).text('experiment_id');
  }

  /** The experiment of this id; RESOURCE_DOES_NOT_EXIST without one. */
  async get(experimentId: string, options?: CallOptions): Promise<Experiment> {
    const query = { experiment_id: experimentId };
    const call = { method: 'GET', path: `${API}/experiments/get`, query, repeat: 'safe' } as const;
    return readExperiment((await this.#http.message(call, options)).message('experiment'));
  }

  /** The experiment of this name; RESOURCE_DOES_NOT_EXIST without one. */
  async getByName(name: string, options?: CallOptions): Promise<Experiment> {
    const query = { experiment_name: name };
    const call = { method: 'GET', path: `${API}/experiments/get-by-name`, query, repeat: 'safe' } as const;
    return readExperiment((await this.#http.message(call, options)).message('experiment'));
  }

  /** The experiment of this name, made first where there is none; safe when several callers do it at once. */
  async getOrCreate(name: string, options?: CallOptions): Promise<Experiment> {
    try {
      return await this.getByName(name, options);
    } catch (error) {
      if (!isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    }
    try {
      return await this.get(await this.create(name, {}, options), options);
    } catch (error) {
      if (!isMlflowError(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
      return this.getByName(name, options);
    }
  }

  /** All experiments that match, page by page. */
  search(search: SearchExperiments = {}, options?: CallOptions): AsyncGenerator<Experiment, void, undefined> {
    return paginate('experiments', async (pageToken) => {
      const json = {
        filter: search.filter,
        view_type: search.viewType,
        order_by: search.orderBy,
        max_results: search.pageSize ?? 1000,
        page_token: pageToken,
      };
      const call = { method: 'POST', path: `${API}/experiments/search`, json, repeat: 'safe' } as const;
      const page = await this.#http.message(call, options);
      const items = page.messages('experiments').map(readExperiment);
      return { items, nextPageToken: page.optionalText('next_page_token') };
    });
  }

  /** Gives the experiment another name. */
  async rename(experimentId: string, newName: string, options?: CallOptions): Promise<void> {
    await this.#post('update', { experiment_id: experimentId, new_name: newName }, 'safe', options);
  }

  /** Marks the experiment and its runs as deleted; `restore` undoes it. */
  async delete(experimentId: string, options?: CallOptions): Promise<void> {
    await this.#post('delete', { experiment_id: experimentId }, 'removal', options);
  }

  /** Undoes `delete`. */
  async restore(experimentId: string, options?: CallOptions): Promise<void> {
    await this.#post('restore', { experiment_id: experimentId }, 'safe', options);
  }

  async setTag(experimentId: string, key: string, value: string, options?: CallOptions): Promise<void> {
    await this.#post('set-experiment-tag', { experiment_id: experimentId, key, value }, 'safe', options);
  }

  async deleteTag(experimentId: string, key: string, options?: CallOptions): Promise<void> {
    await this.#post('delete-experiment-tag', { experiment_id: experimentId, key }, 'removal', options);
  }

  async #post(verb: string, json: unknown, repeat: 'safe' | 'removal', options?: CallOptions): Promise<void> {
    await this.#http.message({ method: 'POST', path: `${API}/experiments/${verb}`, json, repeat }, options);
  }
}

function readExperiment(message: Message): Experiment {
  return {
    experimentId: message.text('experiment_id'),
    name: message.text('name'),
    artifactLocation: message.optionalText('artifact_location'),
    lifecycleStage: message.optionalText('lifecycle_stage') ?? 'active',
    creationTime: message.optionalInt('creation_time'),
    lastUpdateTime: message.optionalInt('last_update_time'),
    tags: message.pairs('tags'),
  };
}
