import type { Mirror } from '../../domain/route.ts';
import type { Fence } from '../../domain/fence.ts';
import { isSuccess } from './ending.ts';
import type { Observation } from './observation.ts';
import type { Half } from './pair-tally.ts';
import type { Pair } from './endpoint-counter.ts';

export interface PairingPorts {
  /** The mirrors of the route that a request came over. */
  readonly mirrorsUnder: (endpoint: string, fence: Fence) => readonly Mirror[];
  readonly onPair: (endpoint: string, pair: Pair) => void;
  readonly onUnpaired: (endpoint: string, fence: Fence, version: string, against: string | null) => void;
}

/** Brings together the served and the mirrored answers to one request. */
export interface Pairing {
  add(observation: Observation, now: number): void;
  /** Gives up on halves that have waited too long. */
  expire(now: number): void;
  /** Halves that came with a request id already in use. */
  readonly duplicates: number;
}

/** How long a half waits for the other, and how long its request id is recognised as used. */
export const PAIR_TTL_MS = 30_000;
const LIMIT = { requests: 50_000, characters: 8_000_000 };

interface Waiting {
  readonly endpoint: string;
  readonly bornAt: number;
  served: Observed | null;
  readonly mirrored: Map<string, Observed>;
  readonly paired: Set<string>;
  expected: readonly Mirror[];
  /** Two requests came under this id: which answer belongs to which nobody can tell. */
  isAmbiguous: boolean;
}

interface Observed {
  readonly fence: Fence;
  readonly version: string;
  readonly half: Half;
}

export function createPairing({ mirrorsUnder, onPair, onUnpaired }: PairingPorts): Pairing {
  // Oldest first: a Map keeps the order in which keys were added.
  const waiting = new Map<string, Waiting>();
  let characters = 0;
  let duplicates = 0;

  function add(observation: Observation, now: number): void {
    const { endpoint, requestId, role, fence, arm } = observation;
    const key = `${endpoint} ${requestId}`;
    const mirrors = role === 'live' ? mirrorsUnder(endpoint, fence) : [];
    const known = waiting.get(key);
    if (known === undefined && role === 'live' && mirrors.length === 0) return;
    const entry = known ?? newEntry(endpoint, now);
    if (known === undefined) waiting.set(key, entry);
    const isUsed = role === 'live' ? entry.served !== null : entry.mirrored.has(arm) || entry.paired.has(arm);
    if (isUsed) {
      duplicates += 1;
      entry.isAmbiguous = true;
      return drop(entry);
    }
    const observed = { fence, version: arm, half: halfOf(observation) };
    characters += sizeOf(observed);
    if (role === 'shadow') entry.mirrored.set(arm, observed);
    else [entry.served, entry.expected] = [observed, mirrors];
    if (!entry.isAmbiguous) settle(entry);
    while (waiting.size > LIMIT.requests || characters > LIMIT.characters) giveUpOldest();
  }

  function settle(entry: Waiting): void {
    const { endpoint, served, mirrored, paired } = entry;
    if (served === null) return;
    for (const [version, copy] of mirrored) {
      onPair(endpoint, {
        fence: served.fence,
        version,
        against: served.version,
        served: served.half,
        mirrored: copy.half,
      });
      characters -= sizeOf(copy);
      mirrored.delete(version);
      paired.add(version);
    }
    // The answer is of no more use; the id still is, to recognise a second request under it.
    if (entry.expected.every(({ version }) => paired.has(version))) forgetAnswer(entry);
  }

  function giveUp(key: string, entry: Waiting): void {
    waiting.delete(key);
    const { endpoint, served, mirrored, paired, expected, isAmbiguous } = entry;
    if (!isAmbiguous) {
      for (const [version, copy] of mirrored) onUnpaired(endpoint, copy.fence, version, null);
      // Below 100 % most requests were never copied, and their log does not say which.
      const missing = expected.filter(({ version, percent }) => percent >= 100 && !paired.has(version));
      if (served) for (const { version } of missing) onUnpaired(endpoint, served.fence, version, served.version);
    }
    drop(entry);
  }

  function drop(entry: Waiting): void {
    forgetAnswer(entry);
    for (const copy of entry.mirrored.values()) characters -= sizeOf(copy);
    for (const version of entry.mirrored.keys()) entry.paired.add(version);
    entry.mirrored.clear();
  }

  function forgetAnswer(entry: Waiting): void {
    if (entry.served === null) return;
    characters -= sizeOf(entry.served);
    entry.served = { ...entry.served, half: { ...entry.served.half, answer: null } };
  }

  function giveUpOldest(): void {
    for (const [key, entry] of waiting) return giveUp(key, entry);
  }

  return {
    add,
    expire(now) {
      for (const [key, entry] of waiting) {
        if (entry.bornAt > now - PAIR_TTL_MS) return;
        giveUp(key, entry);
      }
    },
    get duplicates() {
      return duplicates;
    },
  };
}

function newEntry(endpoint: string, bornAt: number): Waiting {
  return { endpoint, bornAt, served: null, mirrored: new Map(), paired: new Set(), expected: [], isAmbiguous: false };
}

function halfOf(observation: Observation): Half {
  const { latencyMs, response } = observation;
  return { isSuccess: isSuccess(observation), latencyMs, answer: response.text };
}

function sizeOf({ half }: Observed): number {
  return half.answer?.length ?? 0;
}
