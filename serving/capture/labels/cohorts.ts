import type { CohortEntry, CohortRing } from './cohort-ring.ts';
import type { Fence } from '../../../domain/fence.ts';
import type { GateBatch } from '../../../domain/gate-batch.ts';
import { compareFences, formatFence } from '../../../domain/fence.ts';

/** When and under which route a prediction was made. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly fence: Fence;
}

/** Remembers, over restarts, which predictions were made in which batch, and how many of them have got a label. */
export interface Cohorts {
  /** Begins to remember an endpoint whose batches are `everyMs` long; again for another length. */
  begin(endpoint: string, everyMs: number): void;
  /** A version has made predictions that can be labelled. */
  addPredictions(endpoint: string, moment: Moment, version: string, predictions: number): void;
  /** The predictions that were made together with one; `null` where that is not known (any more). */
  find(endpoint: string, moment: Moment): CohortEntry | null;
  /** Whether two moments belong to one cohort. */
  areTogether(endpoint: string, one: Moment, other: Moment): boolean;
  /** A batch was stored, and has its number. */
  addBatch(batch: Pick<GateBatch, 'endpoint' | 'fence' | 'index' | 'opened' | 'arms'>): void;
  /** Labels were stored. */
  addLabels(endpoint: string, moment: Moment, version: string, labels: number): void;
  /** Puts what is in memory on disk. */
  flush(endpoint: string): void;
  close(): void;
}

interface Remembered {
  readonly everyMs: number;
  readonly ring: CohortRing;
}

/**
 * Predictions are told apart by when they were asked for, to one length of batch on the wall clock, and by the fence.
 *
 * Batches begin and end at multiples of that length and at changes of the fence, so that each such cohort is one batch; a
 * batch itself counts by when requests *ended*, which nobody could tell any more when the label comes.
 */
export function createCohorts(open: (endpoint: string, everyMs: number) => CohortRing): Cohorts {
  const endpoints = new Map<string, Remembered>();

  function change(endpoint: string, { at, fence }: Moment, alter: (entry: CohortEntry) => void): void {
    const known = endpoints.get(endpoint);
    if (known === undefined) return;
    const interval = Math.floor(at / known.everyMs);
    const entries = known.ring.read(interval);
    let entry = entries.find((each) => each.fence === formatFence(fence));
    if (entry === undefined) entries.push((entry = { fence: formatFence(fence), index: null, versions: {} }));
    alter(entry);
    known.ring.write(interval, entries);
  }

  function find(endpoint: string, { at, fence }: Moment): CohortEntry | null {
    const known = endpoints.get(endpoint);
    if (known === undefined) return null;
    const entries = known.ring.read(Math.floor(at / known.everyMs));
    return entries.find((entry) => entry.fence === formatFence(fence)) ?? null;
  }

  return {
    begin(endpoint, everyMs) {
      const known = endpoints.get(endpoint);
      if (known?.everyMs === everyMs) return;
      known?.ring.close();
      endpoints.set(endpoint, { everyMs, ring: open(endpoint, everyMs) });
    },
    addPredictions(endpoint, moment, version, predictions) {
      change(endpoint, moment, (entry) => (versionIn(entry, version).predictions += predictions));
    },
    find,
    areTogether(endpoint, one, other) {
      const everyMs = endpoints.get(endpoint)?.everyMs;
      if (everyMs === undefined || compareFences(one.fence, other.fence) !== 0) return false;
      return Math.floor(one.at / everyMs) === Math.floor(other.at / everyMs);
    },
    addBatch({ endpoint, fence, index, opened, arms }) {
      change(endpoint, { at: Date.parse(opened), fence }, (entry) => {
        // The first batch of an interval and fence; a second one holds what ended late.
        entry.index ??= index;
        for (const { version } of arms) versionIn(entry, version);
      });
    },
    addLabels(endpoint, moment, version, labels) {
      if (find(endpoint, moment) === null) return;
      change(endpoint, moment, (entry) => (versionIn(entry, version).labelled += labels));
    },
    flush: (endpoint) => endpoints.get(endpoint)?.ring.flush(),
    close: () => endpoints.forEach(({ ring }) => ring.close()),
  };
}

function versionIn({ versions }: CohortEntry, version: string): CohortEntry['versions'][string] {
  return (versions[version] ??= { predictions: 0, labelled: 0 });
}

/** Where there is no folder to remember anything in. */
export const NO_COHORTS: Cohorts = {
  begin: () => undefined,
  addPredictions: () => undefined,
  find: () => null,
  areTogether: () => false,
  addBatch: () => undefined,
  addLabels: () => undefined,
  flush: () => undefined,
  close: () => undefined,
};
