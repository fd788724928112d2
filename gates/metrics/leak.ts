import type { ArmCounts, GateBatch } from '../../domain/gate-batch.ts';
import type { Leak } from '../kinds/leak.ts';
import type { LimitTrack } from '../limit-track.ts';
import type { Standing } from '../evidence.ts';
import { LEAK_TOLERANCE, NO_LEAK, observeLeak } from '../kinds/leak.ts';
import { exp, ln } from '../numeric.ts';
import { limitStanding, observeLimit } from '../limit-metric.ts';
import { short } from '../kinds/short.ts';

/** What is remembered of a version's memory while it is alone. */
export interface LeakMemory {
  readonly leak: Leak;
  /** Requests of each server in the open block, by batch, and the most of any block before. */
  readonly load: { readonly n: number; readonly sum: number; readonly most: number };
  /** The first block that counts: growth is shown from there. */
  readonly first: Leak['before'];
}

const NOTHING: LeakMemory = { leak: NO_LEAK, load: { n: 0, sum: 0, most: 0 }, first: null };

/** A block rises by chance with one half at most, each for itself: no burst makes it likelier. */
const FAIR = { limit: 0.5, users: 1 };
const NO_CAUTION = { spread: 1, mostPerBatch: Infinity };

export interface KnownLeak {
  readonly track: LimitTrack | undefined;
  readonly memory: LeakMemory | undefined;
}

/**
 * What is known of a leak after one more batch of one version; `null` where its memory was not measured.
 *
 * Memory may follow the load, and load grows in the morning: a block in which more was asked than in any before says nothing.
 */
export function observeGrowth(
  { track, memory = NOTHING }: KnownLeak,
  { n, resources }: ArmCounts,
  { sealed }: Pick<GateBatch, 'sealed'>,
): KnownLeak | null {
  if (!resources || resources.samples === 0 || resources.memoryBytes <= 0) return null;
  const { leak, rose } = observeLeak(memory.leak, ln(resources.memoryBytes), Date.parse(sealed) / HOUR_MS);
  const asked = n / Math.max(resources.replicas, 1);
  const closed = leak.closed > memory.leak.closed;
  const { load, busiest } = closed
    ? nextLoad(memory.load, asked)
    : { load: addLoad(memory.load, asked), busiest: false };
  const after = { leak, load, first: memory.first ?? (rose === null ? null : leak.before) };
  if (rose === null || busiest) return { track, memory: after };
  return { track: observeLimit(track, { bad: rose ? 1 : 0, n: 1, ...FAIR }, NO_CAUTION), memory: after };
}

const HOUR_MS = 3_600_000;

function addLoad({ n, sum, most }: LeakMemory['load'], asked: number): LeakMemory['load'] {
  return { n: n + 1, sum: short(sum + asked), most };
}

function nextLoad({ n, sum, most }: LeakMemory['load'], asked: number): { load: LeakMemory['load']; busiest: boolean } {
  const mean = n > 0 ? sum / n : 0;
  return { load: { n: 1, sum: short(asked), most: short(Math.max(most, mean)) }, busiest: mean > most };
}

/** How a leak stands: what memory grows by in an hour, as a share, against what is tolerated. */
export function leakStanding({ track, memory = NOTHING }: KnownLeak, alphaShare: number, beta: number): Standing {
  return {
    ...limitStanding('leak', track, { limit: FAIR.limit, required: false, alphaShare, beta }),
    proved: false,
    margin: exp(LEAK_TOLERANCE) - 1,
    candidate: growth(memory),
  };
}

function growth({ leak: { before }, first }: LeakMemory): number | null {
  if (first === null || before === null || before.block <= first.block) return null;
  return exp((BLOCKS_PER_HOUR * (before.mean - first.mean)) / (before.block - first.block)) - 1;
}

const BLOCKS_PER_HOUR = 6;
