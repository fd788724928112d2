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
  expire(now: number, ttlMs?: number): void;
  /** Halves that came with a request id already in use. */
  readonly duplicates: number;
}

/** How long a half waits for the other at least, and how long its request id is recognised as used. */
export const PAIR_TTL_MS = 30_000;
const LIMIT = { requests: 30_000, characters: 4_000_000 };

interface Waiting {
  readonly endpoint: string;
  readonly key: string;
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
  /** When each complete pair's id came; only to recognise a second request under it. */
  const complete = new Map<string, number>();
  let characters = 0;
  let duplicates = 0;

  function add(observation: Observation, now: number): void {
    const { endpoint, requestId, role, fence, arm } = observation;
    const key = `${endpoint} ${requestId}`;
    if (complete.has(key)) return void (duplicates += 1);
    const mirrors = role === 'live' ? mirrorsUnder(endpoint, fence) : [];
    const known = waiting.get(key);
    if (known === undefined && role === 'live' && mirrors.length === 0) return;
    const entry = known ?? newEntry(endpoint, key, now);
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
    if (complete.size > LIMIT.requests) for (const oldest of complete.keys()) return void complete.delete(oldest);
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
    if (!entry.expected.every(({ version }) => paired.has(version))) return;
    waiting.delete(entry.key);
    drop(entry);
    complete.set(entry.key, entry.bornAt);
  }

  function giveUp(entry: Waiting): void {
    waiting.delete(entry.key);
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
    for (const entry of waiting.values()) return giveUp(entry);
  }

  return {
    add,
    expire(now, ttlMs = PAIR_TTL_MS) {
      const born = now - ttlMs;
      // Nearly in order of their birth: a pair that took long stands a little behind, and goes with the next look.
      for (const [key, bornAt] of complete) {
        if (bornAt > born) break;
        complete.delete(key);
      }
      for (const entry of waiting.values()) {
        if (entry.bornAt > born) break;
        giveUp(entry);
      }
    },
    get duplicates() {
      return duplicates;
    },
  };
}

function newEntry(endpoint: string, key: string, bornAt: number): Waiting {
  return {
    endpoint,
    key,
    bornAt,
    served: null,
    mirrored: new Map(),
    paired: new Set(),
    expected: [],
    isAmbiguous: false,
  };
}

function halfOf(observation: Observation): Half {
  const { latencyMs, response } = observation;
  return { isSuccess: isSuccess(observation), latencyMs, answer: response.text };
}

function sizeOf({ half }: Observed): number {
  return half.answer?.length ?? 0;
}
