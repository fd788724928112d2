import type { Client } from '@temporalio/client';
import { look } from './look.ts';
import { pause } from '../stack/wait-until.ts';
import type { Place } from './place.ts';
import type { Sighting } from './sighting.ts';

const LOOK_EVERY_MS = 1_000;

/**
 * Looks every second until the rollout closes, over continue-as-new; a newer rollout on the endpoint is not followed.
 *
 * Yields also when nothing changed, since time left and measured traffic change by themselves.
 */
export async function* follow(client: Client, place: Place): AsyncGenerator<Sighting> {
  let seen = await look(client, place);
  for (;;) {
    yield seen;
    if (seen.close) return;
    await pause(LOOK_EVERY_MS);
    const latest = await look(client, place);
    seen = latest.firstRunId === seen.firstRunId ? latest : await look(client, place, seen.runId);
  }
}
