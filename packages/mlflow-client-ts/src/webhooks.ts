import { API, type CallOptions } from './call.ts';
import { invalidArgument } from './errors.ts';
import type { Http } from './http.ts';
import type { Message } from './message.ts';
import { paginate } from './paginate.ts';

/** What a webhook is told of, as MLflow's clients write it. */
export type WebhookEvent =
  | 'registered_model.created'
  | 'model_version.created'
  | 'model_version_tag.set'
  | 'model_version_tag.deleted'
  | 'model_version_alias.created'
  | 'model_version_alias.deleted'
  | 'prompt.created'
  | 'prompt_version.created'
  | 'prompt_tag.set'
  | 'prompt_tag.deleted'
  | 'prompt_version_tag.set'
  | 'prompt_version_tag.deleted'
  | 'prompt_alias.created'
  | 'prompt_alias.deleted'
  | 'budget_policy.exceeded';

export type WebhookStatus = 'ACTIVE' | 'DISABLED';

export interface Webhook {
  readonly webhookId: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly description: string | undefined;
  readonly status: WebhookStatus;
  /** Milliseconds since 1970. */
  readonly creationTimestamp: number | undefined;
  /** Milliseconds since 1970. */
  readonly lastUpdatedTimestamp: number | undefined;
}

export interface CreateWebhook {
  /** Letters, digits, dots, underscores and hyphens, at most 63. */
  readonly name: string;
  /** MLflow takes https to a public address only, unless its operator allows more. */
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly description?: string | undefined;
  /** Signs each delivery; check it with `verifyWebhook`. */
  readonly secret?: string | undefined;
  readonly status?: WebhookStatus | undefined;
}

export interface WebhookTestResult {
  readonly success: boolean;
  readonly responseStatus: number | undefined;
  readonly responseBody: string | undefined;
  readonly errorMessage: string | undefined;
}

/** Webhooks of the model registry. */
export class Webhooks {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Makes a webhook; never repeated once the server may have seen it, since each repetition would make one more. */
  async create(webhook: CreateWebhook, options?: CallOptions): Promise<Webhook> {
    const json = { ...webhook, events: webhook.events.map(writeEvent) };
    const call = { method: 'POST', path: `${API}/webhooks`, json, repeat: 'once' } as const;
    return readWebhook((await this.#http.message(call, options)).message('webhook'));
  }

  /** All webhooks, page by page. */
  list(
    search: { readonly pageSize?: number | undefined } = {},
    options?: CallOptions,
  ): AsyncGenerator<Webhook, void, undefined> {
    return paginate('webhooks', async (pageToken) => {
      const query = { max_results: search.pageSize ?? 100, page_token: pageToken };
      const page = await this.#http.message({ method: 'GET', path: `${API}/webhooks`, query, repeat: 'safe' }, options);
      return { items: page.messages('webhooks').map(readWebhook), nextPageToken: page.optionalText('next_page_token') };
    });
  }

  /** The webhook of this id; RESOURCE_DOES_NOT_EXIST without one. */
  async get(webhookId: string, options?: CallOptions): Promise<Webhook> {
    const call = { method: 'GET', path: pathOf(webhookId), repeat: 'safe' } as const;
    return readWebhook((await this.#http.message(call, options)).message('webhook'));
  }

  /** Changes what is given and leaves the rest. */
  async update(webhookId: string, change: Partial<CreateWebhook>, options?: CallOptions): Promise<Webhook> {
    const json = { ...change, events: change.events?.map(writeEvent) };
    const call = { method: 'PATCH', path: pathOf(webhookId), json, repeat: 'safe' } as const;
    return readWebhook((await this.#http.message(call, options)).message('webhook'));
  }

  async delete(webhookId: string, options?: CallOptions): Promise<void> {
    await this.#http.message({ method: 'DELETE', path: pathOf(webhookId), repeat: 'removal' }, options);
  }

  /** Has MLflow deliver an example of the event, by default of the webhook's first, and says what came of it. */
  async test(webhookId: string, event?: WebhookEvent, options?: CallOptions): Promise<WebhookTestResult> {
    const json = event === undefined ? {} : { event: writeEvent(event) };
    const call = { method: 'POST', path: `${pathOf(webhookId)}/test`, json, repeat: 'once' } as const;
    const result = (await this.#http.message(call, options)).message('result');
    return {
      success: result.flag('success'),
      responseStatus: result.optionalInt('response_status'),
      responseBody: result.optionalText('response_body'),
      errorMessage: result.optionalText('error_message'),
    };
  }
}

function pathOf(webhookId: string): string {
  return `${API}/webhooks/${encodeURIComponent(webhookId)}`;
}

function writeEvent(event: WebhookEvent): { entity: string; action: string } {
  const [entity, action, rest] = event.split('.');
  if (!entity || !action || rest !== undefined) {
    throw invalidArgument(`A webhook event reads 'model_version.created', got '${event}'.`);
  }
  return { entity: entity.toUpperCase(), action: action.toUpperCase() };
}

function readWebhook(message: Message): Webhook {
  return {
    webhookId: message.text('webhook_id'),
    name: message.text('name'),
    url: message.text('url'),
    events: message.messages('events').map(readEvent),
    description: message.optionalText('description'),
    status: (message.optionalText('status') ?? 'ACTIVE') as WebhookStatus,
    creationTimestamp: message.optionalInt('creation_timestamp'),
    lastUpdatedTimestamp: message.optionalInt('last_updated_timestamp'),
  };
}

function readEvent(event: Message): WebhookEvent {
  return `${event.text('entity')}.${event.text('action')}`.toLowerCase() as WebhookEvent;
}
