import { isProblem } from '../../domain/alert.ts';
import { receiverName, type Delivery, type Receiver } from '../../domain/receivers.ts';
import { failure } from '../failures.ts';
import { toAlertmanager } from './alertmanager.ts';
import { toEmail } from './email.ts';
import type { AlertPorts, Message } from './message.ts';
import { toPagerDuty } from './pagerduty.ts';
import { toSlack } from './slack.ts';
import { toWebhook } from './webhook.ts';

/** Sends a message to one receiver and says what came of it. */
export async function attempt(ports: AlertPorts, message: Message, to: Receiver): Promise<Delivery> {
  const receiver = receiverName(to);
  const kind = receiver.split(' ')[0] ?? receiver;
  try {
    const answer = await send(ports, message, to);
    ports.delivered?.(kind, true);
    return { receiver, answer };
  } catch (error) {
    ports.delivered?.(kind, false);
    return { receiver, problem: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Sends a message to every receiver that does not have it yet, to all at once.
 *
 * @param has places in the list of those that have it; grows as they get it
 * @throws `Unreachable` failure that names whom it did not get to
 */
export async function deliver(
  ports: AlertPorts,
  message: Message,
  receivers: readonly Receiver[],
  has: Set<number>,
): Promise<void> {
  const failed: string[] = [];
  const missing = [...receivers.entries()].filter(([place]) => !has.has(place));
  await Promise.all(
    missing.map(async ([place, to]) => {
      const delivery = await attempt(ports, message, to);
      if ('problem' in delivery) failed.push(`${delivery.receiver}: ${delivery.problem}`);
      else has.add(place);
    }),
  );
  if (failed.length > 0) throw failure('Unreachable', `not delivered to ${failed.join('; ')}`);
}

async function send(ports: AlertPorts, message: Message, to: Receiver): Promise<string> {
  if ('webhook' in to) return toWebhook(ports, to, message);
  if ('slack' in to) return toSlack(ports, to.slack.urlEnv, message.alert);
  if ('email' in to) return toEmail(ports, to.email, message);
  if ('pagerduty' in to) return toPagerDuty(ports, to, message.alert);
  return isProblem(message.alert)
    ? toAlertmanager(ports, to.alertmanager, message.alert)
    : 'not sent: it is told of problems only';
}
