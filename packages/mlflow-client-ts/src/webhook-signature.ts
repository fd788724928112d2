import { createHmac, timingSafeEqual } from 'node:crypto';

export interface WebhookDelivery {
  /** The request's headers, their names in lower case, as node:http and Fastify give them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The request's body as it came, before any parsing. */
  readonly body: string | Uint8Array;
}

const DEFAULT_MAX_AGE_MS = 300_000;

/**
 * Whether MLflow, holding this secret, signed the delivery at most `maxAgeMs` ago.
 *
 * MLflow signs `delivery id . seconds since 1970 . body` with HMAC-SHA256 (webhooks/delivery.py); the age bounds how
 * long a delivery that was listened in on can be sent again.
 */
export function verifyWebhook(
  secret: string,
  delivery: WebhookDelivery,
  settings: { readonly maxAgeMs?: number; readonly now?: number } = {},
): boolean {
  const signature = single(delivery.headers['x-mlflow-signature']);
  const id = single(delivery.headers['x-mlflow-delivery-id']);
  const timestamp = single(delivery.headers['x-mlflow-timestamp']);
  if (secret === '' || !signature?.startsWith('v1,') || !id || !timestamp) return false;
  const age = Math.abs((settings.now ?? Date.now()) - Number(timestamp) * 1000);
  if (!(age <= (settings.maxAgeMs ?? DEFAULT_MAX_AGE_MS))) return false;
  const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(delivery.body).digest();
  const given = Buffer.from(signature.slice('v1,'.length), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header[0] : header;
}
