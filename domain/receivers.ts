/** A receiver of alerts as a person writes it; secrets by the name of a variable of the worker's environment. */
export type ReceiverSpec =
  | { webhook: string; secretEnv?: string }
  | { alertmanager: string }
  | { slack: { urlEnv: string } }
  | { pagerduty: { routingKeyEnv: string; url?: string } }
  | { email: { to: string[]; from: string; smtpEnv: string } };

/** The same with nothing left open. Open rollouts of earlier releases carry webhooks in this form. */
export type Receiver =
  | { readonly webhook: string; readonly secretEnv: string | null }
  | { readonly alertmanager: string }
  | { readonly slack: { readonly urlEnv: string } }
  | { readonly pagerduty: { readonly routingKeyEnv: string; readonly url: string } }
  | { readonly email: { readonly to: readonly string[]; readonly from: string; readonly smtpEnv: string } };

/** What came of telling one receiver: what it answered, or why it does not have the message. */
export type Delivery = { readonly receiver: string } & ({ readonly answer: string } | { readonly problem: string });

const PAGERDUTY_URL = 'https://events.pagerduty.com';

export function planReceiver(to: ReceiverSpec): Receiver {
  if ('webhook' in to) return { webhook: to.webhook, secretEnv: to.secretEnv ?? null };
  if ('pagerduty' in to) return { pagerduty: { ...to.pagerduty, url: to.pagerduty.url ?? PAGERDUTY_URL } };
  return to;
}

/** Variables of the worker's environment that have to be set. */
export function secretsOf(receiver: Receiver): string[] {
  if ('webhook' in receiver) return receiver.secretEnv === null ? [] : [receiver.secretEnv];
  if ('slack' in receiver) return [receiver.slack.urlEnv];
  if ('pagerduty' in receiver) return [receiver.pagerduty.routingKeyEnv];
  if ('email' in receiver) return [receiver.email.smtpEnv];
  return [];
}

/** What people call it: its kind, and as much of where it is as is no secret. */
export function receiverName(receiver: Receiver): string {
  if ('webhook' in receiver) return `webhook ${hostOf(receiver.webhook)}`;
  if ('alertmanager' in receiver) return `alertmanager ${hostOf(receiver.alertmanager)}`;
  if ('slack' in receiver) return `slack ${receiver.slack.urlEnv}`;
  if ('email' in receiver) return `email ${receiver.email.to.join(', ')}`;
  return `pagerduty ${receiver.pagerduty.routingKeyEnv}`;
}

function hostOf(url: string): string {
  return /^https?:\/\/(?:[^/@]*@)?([^/?#]+)/.exec(url)?.[1] ?? url;
}

/** Whether it keeps a list of open incidents, and so has to be told of the end of each, however often. */
export function keepsIncidents(receiver: Receiver): boolean {
  return 'alertmanager' in receiver || 'pagerduty' in receiver;
}
