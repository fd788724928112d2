import { createHmac } from 'node:crypto';
import type { Receiver } from '../../domain/receivers.ts';
import { secretOf, type AlertPorts, type Message } from './message.ts';
import { postJson } from './post.ts';

/**
 * Posts a message to a program of one's own.
 *
 * With a secret, `x-slipway-signature` is `sha256=` and the hex HMAC-SHA256 of `<x-slipway-timestamp>.<body>`.
 */
export function toWebhook(
  ports: AlertPorts,
  { webhook, secretEnv }: Extract<Receiver, { webhook: string }>,
  message: Message,
): Promise<string> {
  const timestamp = String(Math.floor(ports.clock() / 1_000));
  const body = JSON.stringify(message.body);
  const headers: Record<string, string> = {
    'x-slipway-delivery': message.delivery,
    'x-slipway-timestamp': timestamp,
  };
  if (secretEnv !== null) {
    const hash = createHmac('sha256', secretOf(ports.env, secretEnv)).update(`${timestamp}.${body}`).digest('hex');
    headers['x-slipway-signature'] = `sha256=${hash}`;
  }
  return postJson(ports, webhook, body, headers);
}
