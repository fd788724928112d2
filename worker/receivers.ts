import type { Receiver } from '../domain/receivers.ts';
import { readConfig } from '../spec/config.ts';

/** Who is told where a specification does not say, as `slipway.yaml` says now. */
export async function ownReceivers(): Promise<readonly Receiver[]> {
  return (await readConfig()).notify;
}
