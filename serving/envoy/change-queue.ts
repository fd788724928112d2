import { setTimeout as delay } from 'node:timers/promises';
import type { DesiredEndpoint } from '../data-plane.ts';
import type { EnvoyAdmin } from './admin.ts';
import type { Convergence } from './converge.ts';
import { longestMs } from '../../domain/serving-contract.ts';
import { readStat } from './traffic.ts';

/** One change at a time, and clearing up behind it. */
export interface ChangeQueue {
  change(endpoints: readonly DesiredEndpoint[]): Promise<void>;
  close(): void;
}

/** Workers take over new routes within milliseconds; until then they may still choose a cluster that is to go. */
const SETTLE_MS = 500;

/** Clusters of no more use go once they carry no request, or once every request must have run into its time limit. */
export function createChangeQueue(admin: EnvoyAdmin, convergence: Convergence): ChangeQueue {
  let tail: Promise<unknown> = Promise.resolve();
  let clearing: AbortController | null = null;

  async function clear(endpoints: readonly DesiredEndpoint[], signal: AbortSignal): Promise<void> {
    const longest = Math.max(0, ...endpoints.map(({ settings }) => longestMs(settings, true)));
    const deadline = Date.now() + longest;
    do {
      await delay(SETTLE_MS, undefined, { ref: false, signal });
    } while ((await hasActiveRequests(admin)) && Date.now() < deadline);
    tail = tail.then(() => {
      if (!signal.aborted) convergence.prune(endpoints);
    });
  }

  return {
    change(endpoints) {
      const result = tail.then(async () => {
        clearing?.abort();
        await convergence.converge(endpoints);
        if (!convergence.hasSurplus(endpoints)) return;
        clearing = new AbortController();
        // Cut off by the next change, which clears up itself; a fault leaves the surplus to it as well.
        clear(endpoints, clearing.signal).catch(() => undefined);
      });
      tail = result.catch(() => undefined);
      return result;
    },
    close() {
      clearing?.abort();
    },
  };
}

async function hasActiveRequests(admin: EnvoyAdmin): Promise<boolean> {
  return (await readStat(admin, '^cluster\\.(live|guarded|shadow)/.*\\.upstream_rq_active$')) > 0;
}
