import type { CapturedEndpoint } from '../counting.ts';
import type { Draft } from '../fence-tally.ts';
import type { Profiles } from '../profile.ts';
import type { ResourceMeter, WatchedServer } from './resource-meter.ts';
import { compareFences } from '../../../domain/fence.ts';
import { atBoundaries } from '../boundaries.ts';
import { readProcessUse } from './process-use.ts';
import { watchGpus } from './gpu-use.ts';
import { createResourceMeter } from './resource-meter.ts';

/** What the model servers of all endpoints use, read once a second. */
export interface Meters {
  watch(endpoint: string, servers: readonly WatchedServer[], routed: readonly string[]): void;
  /** The drafts that an endpoint's intervals have been sealed into, with what the servers of their arms have used meanwhile. */
  withResources(drafts: readonly Draft[], endpoint: CapturedEndpoint): readonly Draft[];
  forget(endpoint: string): void;
  close(): void;
}

const EVERY_MS = 1000;
/** Versions whose idle time is remembered. */
const MOST_VERSIONS = 16;

export function createMeters(profiles: Profiles): Meters {
  const meters = new Map<string, ResourceMeter>();
  const gpus = watchGpus();
  const stopClock = atBoundaries(EVERY_MS, (time) => meters.forEach((meter) => meter.look(time)));

  function begin(endpoint: string): ResourceMeter {
    const idle = () => profiles.of(endpoint).idle;
    const meter = createResourceMeter({
      read: (process) => readProcessUse(process, gpus),
      idleOf: (version) => idle()[version],
      onIdle(version, rate) {
        const { [version]: _, ...others } = idle();
        const kept = Object.entries(others).slice(1 - MOST_VERSIONS);
        profiles.change(endpoint, { idle: { ...Object.fromEntries(kept), [version]: rate } });
      },
    });
    meters.set(endpoint, meter);
    return meter;
  }

  return {
    watch(endpoint, servers, routed) {
      (meters.get(endpoint) ?? begin(endpoint)).watch(servers, routed);
    },
    withResources(drafts, { endpoint, fence }) {
      // What ended late under an earlier fence is not what the servers worked on.
      const current = drafts.findIndex((draft) => compareFences(draft.fence, fence) === 0);
      const draft = drafts[current];
      const meter = meters.get(endpoint);
      if (draft === undefined || meter === undefined) return drafts;
      meter.look(Date.now());
      const used = meter.take(Date.parse(draft.sealed) - Date.parse(draft.opened));
      const arms = draft.arms.map((arm) => {
        const resources = used.get(arm.version);
        return resources ? { ...arm, resources } : arm;
      });
      return drafts.with(current, { ...draft, arms });
    },
    forget: (endpoint) => void meters.delete(endpoint),
    close() {
      stopClock();
      gpus.close();
    },
  };
}
