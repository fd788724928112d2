import type { Finding, Measure } from '../../domain/monitor.ts';
import type { Fault, FeatureProfile } from '../../domain/profile.ts';
import { usualShare } from '../../domain/profile.ts';
import { armOf } from '../batch-tables.ts';
import { asOne } from './as-one.ts';
import { batchMsOf, percentOf, type Detected, type MonitoredWindow } from './detector.ts';
import { AT_EASE, guard, type Counted, type Guard } from './guard.ts';
import { unusualRate } from './usual.ts';

/** By input and fault, `age missing`; those that never occurred take no room. */
export type InputQualityMemory = Readonly<Record<string, Guard>>;

const FAULTS: Readonly<Record<Fault, string>> = {
  missing: 'missing',
  type: 'of another type',
  range: 'out of range',
  category: 'in a category that was never seen',
};
/** Share of wrong values above the usual one that is no matter. */
const MARGIN = 0.01;
/** Share from which on a model is asked things that it was not made for. */
const CRITICAL = 0.1;

/** Inputs that are missing, of another type, out of range or of a new category more often than in the version's profile. */
export function detectInputQuality(
  before: InputQualityMemory = {},
  window: MonitoredWindow,
): Detected<InputQualityMemory> {
  const { profile, version } = window;
  if (!profile) return { state: before, findings: [] };
  const state: Record<string, Guard> = {};
  const findings: Finding[] = [];
  const measures: Measure[] = [];
  const batches = window.batches.filter((batch) => batch.profile === profile.digest);
  const arms = batches.map((batch) => armOf(batch, version));
  for (const fault of Object.keys(FAULTS) as Fault[]) {
    const found: Finding[] = [];
    for (const [name, feature] of Object.entries(profile.profile.inputs)) {
      const counts = arms.map(({ inputs, faults }) => counted(faults?.[name]?.[fault], inputs?.[name]));
      const key = `${name} ${fault}`;
      if (before[key] === undefined && counts.every(({ bad }) => bad === 0)) continue;
      const limit = limitOf(feature, fault);
      const after = guard(before[key] ?? AT_EASE, counts, { limit, lookMs: batchMsOf(batches) });
      state[key] = after;
      const value = after.rate ?? 0;
      measures.push({ kind: 'input_quality', subject: `inputs.${name} (${fault})`, value, limit, unit: 'share' });
      if (after.alarm) found.push(findingOf({ name, fault, version, type: feature.type }, value, limit));
    }
    findings.push(...asOne(`inputs (${fault})`, found));
  }
  return { state, findings, measures };
}

function counted(bad: number | undefined, bins: readonly number[] | undefined): Counted {
  return { bad: bad ?? 0, n: (bins ?? []).reduce((sum, count) => sum + count, 0), users: 1 };
}

/** A small validation set says little of what is rare: the limit then leaves room for it. */
function limitOf(feature: FeatureProfile, fault: Fault): number {
  const n = feature.counts.reduce((sum, count) => sum + count, 0);
  const share = usualShare(feature, fault);
  return unusualRate({ bad: share * n, n }, MARGIN) ?? Math.min(1, share + 0.1);
}

interface Faulty {
  readonly name: string;
  readonly fault: Fault;
  readonly type: FeatureProfile['type'];
  readonly version: string;
}

function findingOf({ name, fault, type, version }: Faulty, value: number, limit: number): Finding {
  const what = fault === 'type' && type === 'whole' ? 'other than whole numbers' : FAULTS[fault];
  return {
    ...{ kind: 'input_quality', subject: `inputs.${name}`, value, limit },
    severity: value >= CRITICAL ? 'critical' : 'warning',
    summary: `${percentOf(value)} of the values of ${name} that ${version} is asked about are ${what}; the limit is ${percentOf(limit)}`,
  };
}
