import { API, type CallOptions } from './call.ts';
import type { Http } from './http.ts';
import { isMlflowError } from './errors.ts';
import type { Message } from './message.ts';
import { readModelVersion, type ModelVersion } from './model-version.ts';
import { paginate } from './paginate.ts';
import { writePairs, type Tags } from './tags.ts';

export interface RegisteredModel {
  readonly name: string;
  readonly description: string | undefined;
  /** Milliseconds since 1970. */
  readonly creationTimestamp: number | undefined;
  /** Milliseconds since 1970. */
  readonly lastUpdatedTimestamp: number | undefined;
  readonly tags: Tags;
  /** Version of each alias. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly latestVersions: readonly ModelVersion[];
}

export interface SearchRegistry {
  /** MLflow's filter language: `name = 'fraud' and tags.team = 'risk'`. */
  readonly filter?: string | undefined;
  readonly orderBy?: readonly string[] | undefined;
  /** Items asked for at a time. */
  readonly pageSize?: number | undefined;
}

/** Registered models: a name, its tags and its aliases. */
export class RegisteredModels {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Registers a name; RESOURCE_ALREADY_EXISTS where it is taken. */
  async create(
    name: string,
    settings: { readonly description?: string | undefined; readonly tags?: Tags | undefined } = {},
    options?: CallOptions,
  ): Promise<RegisteredModel> {
    const json = { name, description: settings.description, tags: writePairs(settings.tags) };
    const call = { method: 'POST', path: `${API}/registered-models/create`, json, repeat: 'once' } as const;
    return readRegisteredModel((await this.#http.message(call, options)).message('registered_model'));
  }

  /** The model of this name; RESOURCE_DOES_NOT_EXIST without one. */
  async get(name: string, options?: CallOptions): Promise<RegisteredModel> {
    const call = { method: 'GET', path: `${API}/registered-models/get`, query: { name }, repeat: 'safe' } as const;
    return readRegisteredModel((await this.#http.message(call, options)).message('registered_model'));
  }

  /** The model of this name, registered first where there is none; safe when several callers do it at once. */
  async getOrCreate(name: string, options?: CallOptions): Promise<RegisteredModel> {
    try {
      return await this.get(name, options);
    } catch (error) {
      if (!isMlflowError(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    }
    try {
      return await this.create(name, {}, options);
    } catch (error) {
      if (!isMlflowError(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
      return this.get(name, options);
    }
  }

  /** All models that match, page by page. */
  search(search: SearchRegistry = {}, options?: CallOptions): AsyncGenerator<RegisteredModel, void, undefined> {
    return paginate('registered models', async (pageToken) => {
      const query = {
        filter: search.filter,
        order_by: search.orderBy,
        max_results: search.pageSize ?? 100,
        page_token: pageToken,
      };
      const call = { method: 'GET', path: `${API}/registered-models/search`, query, repeat: 'safe' } as const;
      const page = await this.#http.message(call, options);
      const items = page.messages('registered_models').map(readRegisteredModel);
      return { items, nextPageToken: page.optionalText('next_page_token') };
    });
  }

  async update(name: string, change: { readonly description: string }, options?: CallOptions): Promise<void> {
    await this.#send('PATCH', 'update', { name, description: change.description }, 'safe', options);
  }

  /** Gives the model another name; not repeated, for the old name is gone once it worked. */
  async rename(name: string, newName: string, options?: CallOptions): Promise<void> {
    await this.#send('POST', 'rename', { name, new_name: newName }, 'once', options);
  }

  /** Removes the model with all its versions, for good. */
  async delete(name: string, options?: CallOptions): Promise<void> {
    await this.#send('DELETE', 'delete', { name }, 'removal', options);
  }

  async setTag(name: string, key: string, value: string, options?: CallOptions): Promise<void> {
    await this.#send('POST', 'set-tag', { name, key, value }, 'safe', options);
  }

  async deleteTag(name: string, key: string, options?: CallOptions): Promise<void> {
    await this.#send('DELETE', 'delete-tag', { name, key }, 'removal', options);
  }

  /** Points the alias at this version, wherever it pointed before; MLflow offers no compare-and-set. */
  async setAlias(name: string, alias: string, version: string | number, options?: CallOptions): Promise<void> {
    await this.#send('POST', 'alias', { name, alias, version: String(version) }, 'safe', options);
  }

  /** Removes the alias; without one it does nothing. */
  async deleteAlias(name: string, alias: string, options?: CallOptions): Promise<void> {
    await this.#send('DELETE', 'alias', { name, alias }, 'removal', options);
  }

  async #send(
    method: 'POST' | 'PATCH' | 'DELETE',
    verb: string,
    json: unknown,
    repeat: 'safe' | 'removal' | 'once',
    options?: CallOptions,
  ): Promise<void> {
    await this.#http.message({ method, path: `${API}/registered-models/${verb}`, json, repeat }, options);
  }
}

function readRegisteredModel(message: Message): RegisteredModel {
  const aliases = message.messages('aliases').map((alias) => [alias.text('alias'), alias.text('version')] as const);
  return {
    name: message.text('name'),
    description: message.optionalText('description'),
    creationTimestamp: message.optionalInt('creation_timestamp'),
    lastUpdatedTimestamp: message.optionalInt('last_updated_timestamp'),
    tags: message.pairs('tags'),
    aliases: Object.fromEntries(aliases),
    latestVersions: message.messages('latest_versions').map(readModelVersion),
  };
}
