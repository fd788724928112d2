import { closeSync, constants, mkdirSync, openSync, readSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What is known of the predictions that were made in one interval of the wall clock under one fence. */
export interface CohortEntry {
  readonly fence: string;
  /** Number of the batch that the interval became; `null` until it is stored. */
  index: number | null;
  /** By version: predictions that can be labelled, and how many of them have been. */
  readonly versions: Record<string, { predictions: number; labelled: number }>;
}

/** The cohorts of one endpoint in a file of fixed size, the newest over the oldest: no memory, however late labels come. */
export interface CohortRing {
  /** The entries of an interval, by its number since 1970. They may be changed; `write` keeps them. */
  read(interval: number): CohortEntry[];
  write(interval: number, entries: readonly CohortEntry[]): void;
  /** Puts everything on disk. */
  flush(): void;
  close(): void;
}

/** Intervals that are remembered: four days of batches of ten seconds, in 16 MB. */
const SLOTS = 32_768;
/** A fence has an entry of about 60 bytes for each version. */
const SLOT_BYTES = 512;
/** Intervals held in memory: the one that is open, and those for which late predictions and labels come at the moment. */
const CACHED = 16;

interface Slot {
  readonly interval: number;
  readonly entries: CohortEntry[];
  /** Its place holds a newer interval, and nothing may be written over that. */
  readonly isGone: boolean;
  isChanged: boolean;
}

/** Cohorts of another length of interval are forgotten. */
export function openCohortRing(folder: string, endpoint: string, everyMs: number): CohortRing {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${endpoint}.${everyMs}.ring`;
  for (const other of readdirSync(folder))
    if (other.startsWith(`${endpoint}.`) && other !== name) rmSync(join(folder, other), { force: true });
  // Neither `r+` makes a file nor does `a+` write anywhere but at its end.
  const file = openSync(join(folder, name), constants.O_RDWR | constants.O_CREAT, 0o600);
  const buffer = Buffer.alloc(SLOT_BYTES);
  const cache = new Map<number, Slot>();

  function load(interval: number): Slot {
    const bytes = readSync(file, buffer, 0, SLOT_BYTES, offsetOf(interval));
    const stored = parse(buffer.toString('utf8', 0, bytes));
    const entries = stored?.interval === interval ? stored.entries : [];
    return { interval, entries, isGone: (stored?.interval ?? 0) > interval, isChanged: false };
  }

  function slotOf(interval: number): Slot {
    const place = interval % SLOTS;
    const cached = cache.get(place);
    if (cached && cached.interval !== interval) save(cached);
    const known = cached?.interval === interval ? cached : load(interval);
    cache.delete(place);
    cache.set(place, known);
    for (const [oldest, slot] of cache) {
      if (cache.size <= CACHED) break;
      save(slot);
      cache.delete(oldest);
    }
    return known;
  }

  function save(slot: Slot): void {
    if (!slot.isChanged || slot.isGone) return;
    writeSync(file, fitted(slot.interval, slot.entries), offsetOf(slot.interval), 'latin1');
    slot.isChanged = false;
  }

  const flush = (): void => cache.forEach(save);
  return {
    read: (interval) => slotOf(interval).entries,
    write(interval, entries) {
      const slot = slotOf(interval);
      if (slot.entries !== entries) slot.entries.splice(0, Infinity, ...entries);
      slot.isChanged = true;
    },
    flush,
    close() {
      flush();
      closeSync(file);
    },
  };
}

function offsetOf(interval: number): number {
  return (interval % SLOTS) * SLOT_BYTES;
}

/** A slot holds what was there one round ago until it is written anew; half a slot is none. */
function parse(text: string): { readonly interval: number; readonly entries: CohortEntry[] } | null {
  try {
    const [interval, entries] = JSON.parse(text) as [number, CohortEntry[]];
    return { interval, entries };
  } catch {
    return null;
  }
}

/** Of too many fences in one interval the newest are kept. */
function fitted(interval: number, entries: readonly CohortEntry[]): string {
  for (let first = 0; ; first += 1) {
    const text = JSON.stringify([interval, entries.slice(first)]);
    if (text.length <= SLOT_BYTES) return text.padEnd(SLOT_BYTES);
  }
}
