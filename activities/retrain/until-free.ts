import { setTimeout as delay } from 'node:timers/promises';
import type { Deps } from '../deps.ts';
import type { Place } from '../doctor/ports.ts';
import { failure } from '../failures.ts';

const LOOK_EVERY_MS = 5_000;

/** Returns once nothing runs under the endpoint's id; a look that fails is tried again. */
export async function untilEndpointFree({ doctor }: Deps, place: Place, signal: AbortSignal): Promise<void> {
  if (!doctor?.workflows) throw failure('Unsupported', 'this worker cannot ask Temporal what runs');
  while ((await doctor.workflows.latest(place))?.status === 'RUNNING')
    await delay(LOOK_EVERY_MS, undefined, { signal });
}
