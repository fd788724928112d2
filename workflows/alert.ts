import type { Alert } from '../domain/alert.ts';
import { quick } from './proxies.ts';

/** Tells the worker's own receivers, one alert after the other; outlives the round that asked for it. */
export async function alert({ alerts }: { readonly alerts: readonly Alert[] }): Promise<void> {
  for (const told of alerts) {
    const summary = `${told.status}: ${told.name}`;
    // One that nobody could be told of keeps the others from nobody.
    await quick.sendAlert.executeWithOptions({ summary }, [{ alert: told, receivers: null }]).catch(() => undefined);
  }
}
