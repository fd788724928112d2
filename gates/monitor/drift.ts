import type { BinCounts, GateBatch } from '../../domain/gate-batch.ts';
import type { DriftDistances, Finding, Measure } from '../../domain/monitor.ts';
import type { FeatureProfile, Profile } from '../../domain/profile.ts';
import { DRIFT_MARGIN } from '../../domain/named-metrics.ts';
import { armOf } from '../batch-tables.ts';
import { asOne } from './as-one.ts';
import { chiSquare } from '../drift/chi-square.ts';
import { distances } from '../drift/measures.ts';
import { watchDrift, type DriftWatch } from '../drift/watch.ts';
import type { Detected, MonitoredWindow } from './detector.ts';

const YEAR_MS = 365 * 86_400_000;
/** Index from which on a drift is called a large one. */
const CRITICAL_PSI = 0.25;
/** Design effect that is assumed: requests that come together are more alike than chance would make them. */
const TOGETHER = 2;
const SIDES = ['inputs', 'outputs'];

/** Inputs and answers that are not distributed as in the version's profile; a false alarm a year on average, or fewer. */
export function detectDrift(before: DriftWatch = {}, window: MonitoredWindow): Detected<DriftWatch> {
  const { profile, version, plan } = window;
  if (!profile) return { state: before, findings: [] };
  const limits = { runLength: YEAR_MS / plan.windowMs, large: DRIFT_MARGIN, users: TOGETHER };
  const counts = countsBy(window.batches, version, profile.digest);
  const { state, drifted, seen } = watchDrift(before, counts, referenceOf(profile.profile), limits);
  const found = drifted.map(({ name, psi }): Finding => {
    const { unit: _unit, ...measure } = measureOf(name, psi);
    return {
      ...measure,
      severity: psi >= CRITICAL_PSI ? 'critical' : 'warning',
      summary: `${name} of ${version} is not distributed as at its validation: index ${measure.value}, beyond ${DRIFT_MARGIN}`,
    };
  });
  return {
    state,
    findings: SIDES.flatMap((side) =>
      asOne(
        side,
        found.filter(({ subject }) => subject.startsWith(`${side}.`)),
      ),
    ),
    measures: seen.map(({ name, psi }) => {
      const feature = featureOf(profile.profile, name);
      const between = feature && distancesOf(feature, state[name]?.recent ?? []);
      return { ...measureOf(name, psi), ...(between && { distances: between }) };
    }),
  };
}

function featureOf({ inputs, outputs }: Profile, name: string): FeatureProfile | undefined {
  const dot = name.indexOf('.');
  return (name.startsWith('inputs.') ? inputs : outputs)[name.slice(dot + 1)];
}

/** What people who know one of these ask for; the index above decides. */
function distancesOf({ bins, counts }: FeatureProfile, recent: readonly number[]): DriftDistances | null {
  const all = distances(recent, counts);
  const test = chiSquare(recent, counts);
  if (all === null) return null;
  const jensenShannon = short(all.jensenShannon);
  const chiSquareP = test === null ? 1 : short(test.p);
  // Missing values have a bin at the end, which lies in no order with the others.
  const numbers = bins.kind === 'numbers' ? distances(recent.slice(0, -1), counts.slice(0, -1)) : null;
  if (numbers === null) return { jensenShannon, chiSquareP };
  const [kolmogorovSmirnov, wasserstein] = [short(numbers.kolmogorovSmirnov), short(numbers.wasserstein)];
  return { jensenShannon, kolmogorovSmirnov, wasserstein, chiSquareP };
}

function short(x: number): number {
  return Number(x.toPrecision(4));
}

function measureOf(subject: string, psi: number): Measure {
  return { kind: 'drift', subject, value: Math.round(1000 * psi) / 1000, limit: DRIFT_MARGIN, unit: 'index' };
}

/** What the version was asked and answered in these batches, in the profile's bins: `inputs.age`, `outputs.prediction`. */
function countsBy(batches: readonly GateBatch[], version: string, digest: string): BinCounts {
  const sums: Record<string, number[]> = {};
  for (const batch of batches) {
    if (batch.profile !== digest) continue;
    for (const [name, bins] of Object.entries(named(armOf(batch, version)))) {
      const sum = (sums[name] ??= bins.map(() => 0));
      bins.forEach((count, i) => (sum[i] = (sum[i] ?? 0) + count));
    }
  }
  return sums;
}

function referenceOf({ inputs, outputs }: Profile): BinCounts {
  const counts = (features: Profile['inputs']) =>
    Object.fromEntries(Object.entries(features).map(([name, feature]) => [name, feature.counts]));
  return named({ inputs: counts(inputs), outputs: counts(outputs) });
}

function named({
  inputs = {},
  outputs = {},
}: {
  readonly inputs?: BinCounts;
  readonly outputs?: BinCounts;
}): BinCounts {
  const under = (side: string, counts: BinCounts) =>
    Object.entries(counts).map(([name, bins]) => [`${side}.${name}`, bins] as const);
  return Object.fromEntries([...under('inputs', inputs), ...under('outputs', outputs)]);
}
