import type { Alert } from '../../domain/alert.ts';
import type { Deps } from '../deps.ts';

/** One alert on its way to receivers. */
export interface Message {
  readonly alert: Alert;
  /** The same whenever this message is sent again, so that a receiver can tell. */
  readonly delivery: string;
  /** What webhooks get, as JSON. */
  readonly body: object;
}

export type AlertPorts = Pick<Deps, 'fetch' | 'env' | 'clock' | 'delivered'>;

/** A secret by the name of its variable. @throws Error where the worker has none */
export function secretOf(env: AlertPorts['env'], name: string): string {
  const secret = env[name];
  if (!secret) throw new Error(`the worker has no environment variable ${name}`);
  return secret;
}
