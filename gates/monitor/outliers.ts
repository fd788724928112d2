import type { Finding } from '../../domain/monitor.ts';
import { armOf } from '../batch-tables.ts';
import { percentOf, type Detected, type MonitoredWindow } from './detector.ts';
import { AT_EASE, guard, isDoubtful, type Guard } from './guard.ts';
import { unusualRate } from './usual.ts';

/** How often each output of a version usually falls into each of its bins, and whether rare ones have become common. */
export type OutliersMemory = Readonly<Record<string, OutputMemory>>;

interface OutputMemory {
  readonly usual: readonly number[];
  readonly guard: Guard;
}

const NOTHING: OutputMemory = { usual: [], guard: AT_EASE };
/** Bins that hold less than this share of the usual answers are rare: missing ones, classes that were never seen. */
const RARE = 0.02;
const MARGIN = 0.01;
/** Outputs of one model that are looked at, so that what is remembered stays small. */
const MOST_OUTPUTS = 8;
const WEEK_MS = 7 * 86_400_000;

/** Answers that the version rarely or never gives: outliers among its outputs. */
export function detectOutliers(before: OutliersMemory = {}, window: MonitoredWindow): Detected<OutliersMemory> {
  const outputs = window.batches.map((batch) => armOf(batch, window.version).outputs ?? {});
  const names = [...new Set([...Object.keys(before), ...outputs.flatMap(Object.keys)])].slice(0, MOST_OUTPUTS);
  const looked = names.map((name) => {
    const bins = outputs.flatMap((of) => (of[name] ? [of[name]] : []));
    return [name, watch(name, before[name] ?? NOTHING, bins, window)] as const;
  });
  return {
    state: Object.fromEntries(looked.map(([name, { state }]) => [name, state])),
    findings: looked.flatMap(([, { findings }]) => findings),
  };
}

function watch(
  subject: string,
  before: OutputMemory,
  batches: readonly (readonly number[])[],
  { plan, batches: { length }, ...window }: MonitoredWindow,
): Detected<OutputMemory> {
  // The bins were chosen anew: what was usual is about others.
  const { usual, guard: known } = batches.some((bins) => bins.length !== before.usual.length) ? NOTHING : before;
  const n = sum(usual);
  const isRare = usual.map((count) => count < RARE * n);
  const counts = batches.map((bins) => ({ bad: sum(bins.filter((_, i) => isRare[i])), n: sum(bins), users: 1 }));
  const rare = sum(usual.filter((_, i) => isRare[i]));
  const limit = unusualRate({ bad: rare, n }, MARGIN);
  const lookMs = plan.windowMs / Math.max(length, 1);
  const after = limit === null ? known : guard(known, counts, { limit, lookMs });
  const state = { usual: isDoubtful(after) ? usual : learnt(usual, batches, plan.windowMs), guard: after };
  if (!after.alarm || limit === null) return { state, findings: [] };
  const value = after.rate ?? 0;
  const finding: Finding = {
    kind: 'outliers',
    subject,
    severity: 'warning',
    summary: `${percentOf(value)} of the answers of ${window.version} are of a kind that is ${percentOf(rare / n)} of them as a rule; the limit is ${percentOf(limit)}`,
    value,
    limit,
  };
  return { state, findings: [finding] };
}

function learnt(usual: readonly number[], batches: readonly (readonly number[])[], windowMs: number): number[] {
  const keep = 1 - Math.min(windowMs / WEEK_MS, 1);
  const bins = Math.max(usual.length, ...batches.map(({ length }) => length));
  return Array.from({ length: bins }, (_, i) => {
    const more = batches.reduce((all, counts) => all + (counts[i] ?? 0), 0);
    return Math.round(100 * ((usual[i] ?? 0) * keep + more)) / 100;
  });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
