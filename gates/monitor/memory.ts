import { MEMORY_GROWTH, type Finding } from '../../domain/monitor.ts';
import { armOf } from '../batch-tables.ts';
import type { Leak } from '../kinds/leak.ts';
import { LEAK_TOLERANCE } from '../kinds/leak.ts';
import { observeGrowth, type LeakMemory } from '../metrics/leak.ts';
import { exp } from '../numeric.ts';
import { percentOf, type Detected, type MonitoredWindow } from './detector.ts';
import { AT_EASE, guard, type Guard } from './guard.ts';

/** Whether a version's memory grows without end: its blocks of ten minutes, and whether they go on rising to new heights. */
export interface GrowthMemory {
  readonly leak: LeakMemory | null;
  readonly guard: Guard;
  /** Where the present rise began. */
  readonly from: Leak['before'];
  /** Blocks in a row that did not rise. */
  readonly level: number;
}

const NOTHING: GrowthMemory = { leak: null, guard: AT_EASE, from: null, level: 0 };

/** Without a leak a block rises to a new height at most every second time, each for itself. */
const FAIR = { limit: 0.5, lookMs: 600_000, trust: { spread: 1, most: Infinity } };
/** An hour without a new height ends the alarm. */
const LEVEL_BLOCKS = 6;
const BLOCKS_PER_HOUR = 6;

/** Resource leaks: memory that rises block after block, more than the load explains. */
export function detectGrowth(
  before: GrowthMemory = NOTHING,
  { version, batches }: MonitoredWindow,
): Detected<GrowthMemory> {
  let state = before;
  for (const batch of batches) {
    const known = { track: undefined, memory: state.leak ?? undefined };
    const seen = observeGrowth(known, armOf(batch, version), batch);
    if (!seen?.memory) continue;
    state = { ...state, leak: seen.memory };
    if (seen.track) state = afterBlock(state, seen.track.seen.candidateBad > 0, seen.memory.leak.before);
  }
  return { state, findings: state.guard.alarm ? [findingOf(state)] : [] };
}

function afterBlock(state: GrowthMemory, rose: boolean, block: Leak['before']): GrowthMemory {
  const level = rose ? 0 : state.level + 1;
  if (state.guard.alarm)
    return level < LEVEL_BLOCKS ? { ...state, level } : { ...state, guard: AT_EASE, from: block, level };
  const watched = guard(state.guard, [{ bad: rose ? 1 : 0, n: 1, users: 1 }], FAIR);
  return { ...state, guard: watched, from: rose ? (state.from ?? block) : block, level };
}

function findingOf({ leak, from }: GrowthMemory): Finding {
  const last = leak?.leak.before ?? null;
  const blocks = last && from ? last.block - from.block : 0;
  const value = last && from && blocks > 0 ? exp((BLOCKS_PER_HOUR * (last.mean - from.mean)) / blocks) - 1 : 0;
  const limit = exp(LEAK_TOLERANCE) - 1;
  const summary = `memory grows by ${percentOf(value)} an hour and does not come back; ${percentOf(limit)} is tolerated`;
  return { kind: 'resources', subject: MEMORY_GROWTH, severity: 'warning', summary, value, limit };
}
