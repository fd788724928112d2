import type { ArmCounts } from '../../domain/gate-batch.ts';
import type { Finding, Measure } from '../../domain/monitor.ts';
import { armOf } from '../batch-tables.ts';
import { isIdleKnown, loadOf, useOf, type ResourceMetric } from '../kinds/resource.ts';
import { short } from '../kinds/short.ts';
import { exp, ln } from '../numeric.ts';
import { batchMsOf, type Detected, type MonitoredWindow } from './detector.ts';
import { AT_EASE, guard, isDoubtful, type Guard } from './guard.ts';

/** What a version uses as a rule of each resource, and whether it now uses more than that in most batches. */
export type UseMemory = Readonly<Partial<Record<ResourceMetric, UsedMemory>>>;

interface UsedMemory {
  /** How long was learnt from, in milliseconds; batches of it, which fade over a week, and means of logarithms over them. */
  readonly ms: number;
  readonly n: number;
  readonly lnUse: number;
  readonly lnLoad: number;
  /** In a typical batch of the last window that was told of. */
  readonly lnLast: number;
  readonly guard: Guard;
}

const NOTHING: UsedMemory = { ms: 0, n: 0, lnUse: 0, lnLoad: 0, lnLast: 0, guard: AT_EASE };

const METRICS: Readonly<Record<ResourceMetric, Pick<Measure, 'subject' | 'unit'>>> = {
  cpu: { subject: 'processor time', unit: 'seconds' },
  gpu: { subject: 'GPU time', unit: 'seconds' },
  memory: { subject: 'memory in use', unit: 'bytes' },
  gpuMemory: { subject: 'GPU memory in use', unit: 'bytes' },
  outputTokens: { subject: 'length of answers', unit: 'tokens' },
};

/** Half as much again as usual. */
const MORE = 1.5;
/** From here on it is known what is usual: servers fill their caches for hours, and days have a rhythm. */
const KNOWN_MS = 86_400_000;
/** As usual is what is exceeded by half in a few batches; in half of them is not. */
const MOST = 0.5;
const WEEK_MS = 7 * 86_400_000;

/** What a request costs, and what a server holds: against the version's own past. */
export function detectUse(before: UseMemory = {}, window: MonitoredWindow): Detected<UseMemory> {
  const arms = window.batches.map((batch) => armOf(batch, window.version));
  const state: Partial<Record<ResourceMetric, UsedMemory>> = {};
  const findings: Finding[] = [];
  const measures: Measure[] = [];
  for (const metric of Object.keys(METRICS) as ResourceMetric[]) {
    const known = before[metric];
    const told = arms.flatMap((arm) => toldOf(metric, arm, known ?? NOTHING));
    if (told.length === 0 && known === undefined) continue;
    const after = watch(known ?? NOTHING, told, window);
    state[metric] = after;
    if (after.ms < KNOWN_MS) continue;
    const measure = measureOf(metric, after);
    measures.push(measure);
    if (after.guard.alarm) findings.push(findingOf(measure, after));
  }
  return { state, findings, measures };
}

interface Told {
  readonly lnUse: number;
  readonly lnLoad: number;
}

/** What servers do without any request, where that is not known, falls on few requests as if they cost more. */
function toldOf(metric: ResourceMetric, arm: ArmCounts, { n, lnLoad }: UsedMemory): Told[] {
  const used = useOf(metric, arm);
  if (used === undefined || !(used > 0)) return [];
  const own = ln(Math.max(loadOf(arm), 1));
  const isIdle = metric === 'cpu' && !isIdleKnown(arm) && n > 0 && own < lnLoad - ln(MORE);
  return isIdle ? [] : [{ lnUse: ln(used), lnLoad: own }];
}

function watch(known: UsedMemory, told: readonly Told[], { batches, plan }: MonitoredWindow): UsedMemory {
  const most = known.lnUse + ln(MORE);
  const counts = told.map(({ lnUse }) => ({ bad: lnUse > most ? 1 : 0, n: 1, users: 1 }));
  const after =
    known.ms < KNOWN_MS ? known.guard : guard(known.guard, counts, { limit: MOST, lookMs: batchMsOf(batches) });
  const lnLast = told.length === 0 ? known.lnLast : told.reduce((sum, each) => sum + each.lnUse, 0) / told.length;
  const now = isDoubtful(after) ? known : learnt(known, told, plan.windowMs);
  return { ...now, lnLast: short(lnLast), guard: after };
}

function learnt({ n: before, ...known }: UsedMemory, told: readonly Told[], windowMs: number): UsedMemory {
  const kept = before * (1 - Math.min(windowMs / WEEK_MS, 1));
  const n = kept + told.length;
  if (n === 0) return NOTHING;
  const mean = (key: keyof Told) => short((known[key] * kept + told.reduce((sum, each) => sum + each[key], 0)) / n);
  const ms = known.ms + (told.length > 0 ? windowMs : 0);
  return { ...known, ms: Math.min(ms, KNOWN_MS), n: short(n), lnUse: mean('lnUse'), lnLoad: mean('lnLoad') };
}

function measureOf(metric: ResourceMetric, { lnUse, lnLast }: UsedMemory): Measure {
  return { kind: 'resources', ...METRICS[metric], value: exp(lnLast), limit: MORE * exp(lnUse) };
}

function findingOf({ unit, ...measure }: Measure, { lnUse }: UsedMemory): Finding {
  const [now, usual, most] = [measure.value, exp(lnUse), measure.limit].map((value) => shown(value, unit));
  const summary = `${measure.subject}: ${now}, ${usual} is usual; up to ${most} is no finding`;
  return { ...measure, severity: 'warning', summary };
}

function shown(value: number, unit: Measure['unit']): string {
  if (unit === 'bytes') return `${Number((value / 1e6).toPrecision(3))} MB`;
  if (unit === 'seconds') return `${Number((value * 1_000).toPrecision(3))} ms a request`;
  return `${Number(value.toPrecision(3))} tokens`;
}
