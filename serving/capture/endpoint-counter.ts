import { NO_FENCE, compareFences, formatFence } from '../../domain/fence.ts';
import type { Fence } from '../../domain/fence.ts';
import type { Mirror, Route } from '../../domain/route.ts';
import { endingOf } from './ending.ts';
import type { EndpointBins } from './features/endpoint-bins.ts';
import type { Asked } from './features/fields.ts';
import { createFenceTally, draftOf } from './fence-tally.ts';
import type { Draft, FenceTally } from './fence-tally.ts';
import type { Observation } from './observation.ts';
import type { Half } from './pair-tally.ts';

/** Counts what ends on one endpoint, apart for every fence, and seals it into drafts of gate batches. */
export interface EndpointCounter {
  /** The route that is to be in force; returns what a change of the fence seals. */
  setRoute(fence: Fence, route: Route, now: number): Draft[];
  add(observation: Observation, now: number, asked?: Asked | null): void;
  /** @param agrees `null` where nobody could tell: no evidence either way */
  addPair(pair: Pair, agrees: boolean | null): void;
  addUnpaired(fence: Fence, version: string, against: string | null): void;
  mirrorsUnder(fence: Fence): readonly Mirror[];
  /** Entries that were never counted; the next batch tells. */
  addLost(entries: number): void;
  /** Ends the interval of every fence at `sealed`. */
  seal(sealed: number): Draft[];
}

export interface Pair {
  readonly fence: Fence;
  readonly version: string;
  readonly against: string;
  readonly served: Half;
  readonly mirrored: Half;
}

interface Open {
  readonly fence: Fence;
  /** `null` until the host has told: after capture came back, or while an entry overtakes the message. */
  route: Route | null;
  opened: number;
  tally: FenceTally;
}

/** Requests and pairs of a replaced route end within this time; older ones are forgotten. */
const KEEP_MS = 90_000;

/** `bins` gives those that intervals which are opened now count features by. */
export function createEndpointCounter(
  endpoint: string,
  startedAt: number,
  bins: () => EndpointBins | null = () => null,
): EndpointCounter {
  const fences = new Map<string, Open>();
  let current: Fence = NO_FENCE;
  let lost = 0;
  let lastUse = startedAt;

  function open(fence: Fence, route: Route | null, now: number): Open {
    const known = fences.get(formatFence(fence));
    if (known) {
      known.route ??= route;
      return known;
    }
    const opened = { fence, route, opened: now, tally: newTally(route) };
    fences.set(formatFence(fence), opened);
    return opened;
  }

  function newTally(route: Route | null): FenceTally {
    return createFenceTally(route && route.sticky !== null, bins());
  }

  function close(state: Open, sealed: number): Draft[] {
    const { fence, route, opened, tally } = state;
    const isCurrent = compareFences(fence, current) === 0;
    const isRouted = route !== null && route.arms.length > 0;
    // Nothing ends in no time: a boundary may fall together with a change of the fence.
    if (sealed <= opened || (tally.isEmpty && !(isCurrent && isRouted))) {
      if (!isCurrent && tally.isEmpty && sealed - opened > KEEP_MS) fences.delete(formatFence(fence));
      return [];
    }
    const draft = draftOf({ endpoint, fence, opened, sealed }, tally, route, lost);
    lost = 0;
    state.opened = sealed;
    state.tally = newTally(route);
    return [compareFences(fence, current) < 0 ? { ...draft, isLate: true } : draft];
  }

  function seal(sealed: number): Draft[] {
    const oldestFirst = [...fences.values()].sort((a, b) => compareFences(a.fence, b.fence));
    return oldestFirst.flatMap((state) => close(state, sealed));
  }

  return {
    setRoute(fence, route, now) {
      const isNew = compareFences(fence, current) > 0;
      const drafts = isNew ? seal(now) : [];
      if (isNew) current = fence;
      open(fence, route, now);
      return drafts;
    },
    add(observation, now, asked = null) {
      const ending = endingOf(observation);
      if (ending === 'uncounted') return;
      lastUse = now;
      // An entry under a newer fence than the host has told of: it is in force, so the message is late.
      if (compareFences(observation.fence, current) > 0) current = observation.fence;
      open(observation.fence, null, lastUse).tally.add(observation, ending, asked);
    },
    addPair({ fence, version, against, served, mirrored }, agrees) {
      open(fence, null, lastUse).tally.pair(version, against).add(served, mirrored, agrees);
    },
    addUnpaired(fence, version, against) {
      const state = open(fence, null, lastUse);
      const served = against ?? state.route?.arms[0]?.version;
      if (served === undefined) lost += 1;
      else state.tally.pair(version, served).addUnpaired();
    },
    mirrorsUnder: (fence) => fences.get(formatFence(fence))?.route?.mirrors ?? [],
    addLost: (entries) => void (lost += entries),
    seal,
  };
}
