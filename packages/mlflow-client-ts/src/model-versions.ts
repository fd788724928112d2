import { API, type CallOptions } from './call.ts';
import { isMlflowError } from './errors.ts';
import type { Http } from './http.ts';
import { readModelVersion, type ModelVersion, type ModelVersionRef } from './model-version.ts';
import { paginate } from './paginate.ts';
import { RegisteredModels, type SearchRegistry } from './registered-models.ts';
import { writePairs, type Tags } from './tags.ts';

export interface CreateModelVersion {
  readonly name: string;
  /** Where the model lies; MLflow wants it inside the artifacts of `runId` or `modelId`. */
  readonly source: string;
  readonly runId?: string | undefined;
  readonly modelId?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: Tags | undefined;
}

/** Versions of registered models. */
export class ModelVersions {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Registers a version; never repeated once the server may have seen it, since each repetition would make one more. */
  async create(version: CreateModelVersion, options?: CallOptions): Promise<ModelVersion> {
    const json = {
      name: version.name,
      source: version.source,
      run_id: version.runId,
      model_id: version.modelId,
      description: version.description,
      tags: writePairs(version.tags),
    };
    const call = { method: 'POST', path: `${API}/model-versions/create`, json, repeat: 'once' } as const;
    return readModelVersion((await this.#http.message(call, options)).message('model_version'));
  }

  /** The version; RESOURCE_DOES_NOT_EXIST without one. */
  async get(ref: ModelVersionRef, options?: CallOptions): Promise<ModelVersion> {
    const call = { method: 'GET', path: `${API}/model-versions/get`, query: named(ref), repeat: 'safe' } as const;
    return readModelVersion((await this.#http.message(call, options)).message('model_version'));
  }

  /** The version that the alias points at; MLflow answers INVALID_PARAMETER_VALUE where there is no such alias. */
  async getByAlias(name: string, alias: string, options?: CallOptions): Promise<ModelVersion> {
    const query = { name, alias };
    const call = { method: 'GET', path: `${API}/registered-models/alias`, query, repeat: 'safe' } as const;
    return readModelVersion((await this.#http.message(call, options)).message('model_version'));
  }

  /** The version that the alias points at, or undefined without one; RESOURCE_DOES_NOT_EXIST without the model. */
  async findByAlias(name: string, alias: string, options?: CallOptions): Promise<ModelVersion | undefined> {
    try {
      return await this.getByAlias(name, alias, options);
    } catch (error) {
      // MLflow's code for a missing alias is the one for any wrong parameter, so ask the model which aliases it has.
      if (!isMlflowError(error, 'INVALID_PARAMETER_VALUE') && !isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) {
        throw error;
      }
      const model = await new RegisteredModels(this.#http).get(name, options);
      if (Object.hasOwn(model.aliases, alias)) throw error;
      return undefined;
    }
  }

  /** All versions that match, page by page. */
  search(search: SearchRegistry = {}, options?: CallOptions): AsyncGenerator<ModelVersion, void, undefined> {
    return paginate('model versions', async (pageToken) => {
      const query = {
        filter: search.filter,
        order_by: search.orderBy,
        max_results: search.pageSize ?? 1000,
        page_token: pageToken,
      };
      const call = { method: 'GET', path: `${API}/model-versions/search`, query, repeat: 'safe' } as const;
      const page = await this.#http.message(call, options);
      const items = page.messages('model_versions').map(readModelVersion);
      return { items, nextPageToken: page.optionalText('next_page_token') };
    });
  }

  async update(ref: ModelVersionRef, change: { readonly description: string }, options?: CallOptions): Promise<void> {
    await this.#send('PATCH', 'update', { ...named(ref), description: change.description }, 'safe', options);
  }

  /** Removes the version, for good; its files stay. */
  async delete(ref: ModelVersionRef, options?: CallOptions): Promise<void> {
    await this.#send('DELETE', 'delete', named(ref), 'removal', options);
  }

  async setTag(ref: ModelVersionRef, key: string, value: string, options?: CallOptions): Promise<void> {
    await this.#send('POST', 'set-tag', { ...named(ref), key, value }, 'safe', options);
  }

  async deleteTag(ref: ModelVersionRef, key: string, options?: CallOptions): Promise<void> {
    await this.#send('DELETE', 'delete-tag', { ...named(ref), key }, 'removal', options);
  }

  /** The URI under which MLflow keeps the version's files. */
  async downloadUri(ref: ModelVersionRef, options?: CallOptions): Promise<string> {
    const path = `${API}/model-versions/get-download-uri`;
    const call = { method: 'GET', path, query: named(ref), repeat: 'safe' } as const;
    return (await this.#http.message(call, options)).text('artifact_uri');
  }

  async #send(
    method: 'POST' | 'PATCH' | 'DELETE',
    verb: string,
    json: unknown,
    repeat: 'safe' | 'removal',
    options?: CallOptions,
  ): Promise<void> {
    await this.#http.message({ method, path: `${API}/model-versions/${verb}`, json, repeat }, options);
  }
}

function named(ref: ModelVersionRef): { name: string; version: string } {
  return { name: ref.name, version: String(ref.version) };
}
