import type { Client } from '@temporalio/client';
import { look } from './look.ts';
import { pause } from '../stack/wait-until.ts';
import type { Place } from './place.ts';
import type { Sighting } from './sighting.ts';

const LOOK_EVERY_MS = 1_000;

/**
 * Looks every second until the rollout closes, over continue-as-new; a newer rollout on the endpoint is not followed.
 *
 * @param run id of the run that is meant; the latest one when absent
 *
 * Yields also when nothing changed, since time left and measured traffic change by themselves.
 */
export async function* follow(client: Client, place: Place, run?: string): AsyncGenerator<Sighting> {
  let seen = await look(client, place);
  if (run !== undefined && seen.runId !== run && seen.firstRunId !== run) seen = await look(client, place, run);
  for (;;) {
    yield seen;
    if (seen.close) return;
    await pause(LOOK_EVERY_MS);
    const latest = await look(client, place);
    seen = latest.firstRunId === seen.firstRunId ? latest : await look(client, place, seen.runId);
  }
}
