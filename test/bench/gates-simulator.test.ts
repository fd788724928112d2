import { describe, expect, it } from 'vitest';
import type { BatchLine } from '../../gates/session/protocol.ts';
import { HORIZON, type Scenario } from '../../bench/gates/sim/scenario.ts';
import { LABELS, PAIRS, PLAIN } from '../../bench/gates/scenarios/base.ts';
import { SCENARIOS, isHarmless } from '../../bench/gates/scenarios/all.ts';
import { SimulatedRun } from '../../bench/gates/sim/run.ts';
import { calibrationOf } from '../../bench/gates/sim/calibration.ts';

const SEED = 1;

describe('the scenarios', () => {
  it('are at least twelve harmless and eighteen bad kinds, each with a name of its own', () => {
    expect(SCENARIOS.filter(isHarmless).length).toBeGreaterThanOrEqual(12);
    expect(SCENARIOS.filter((each) => !isHarmless(each)).length).toBeGreaterThanOrEqual(18);
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  });

  it('turn bad within the first half of the hour', () => {
    for (const { fault } of SCENARIOS) expect(fault?.onset ?? 0).toBeLessThanOrEqual(HORIZON / 2);
  });

  it.each(SCENARIOS.map((each) => [each.name, each] as const))('%s: lines that the protocol allows', (_, scenario) => {
    const lines = batches(scenario, 0);
    expect(lines.map(({ t }) => t)).toEqual(Array.from({ length: HORIZON }, (__, i) => i + 1));
    const arms = lines.flatMap(({ stable, candidate }) => [stable, candidate]);
    const calibration = calibrationOf(scenario, SEED, 0, 3);
    expect(calibration.map(({ t }) => t)).toEqual([-3, -2, -1]);
    for (const { n, errors, latencies_ms: latencies = [], labels } of [
      ...arms,
      ...calibration.flatMap(({ replicas }) => replicas),
    ]) {
      expect(latencies).toHaveLength(n);
      expect(errors).toBeGreaterThanOrEqual(0);
      expect(errors).toBeLessThanOrEqual(n);
      expect(latencies.every((x) => Number.isFinite(x) && x > 0)).toBe(true);
      expect(labels?.correct ?? 0).toBeLessThanOrEqual(labels?.n ?? 0);
    }
  });
});

describe('a simulated run', () => {
  it('is the same every time, with calibration windows or without', () => {
    const before = batches(PLAIN_SCENARIO, 5);
    calibrationOf(PLAIN_SCENARIO, SEED, 5, 10);
    expect(batches(PLAIN_SCENARIO, 5)).toEqual(before);
    expect(batches(PLAIN_SCENARIO, 6)).not.toEqual(before);
  });

  it('gives the candidate its weight, whoever sets it', () => {
    const run = new SimulatedRun(PLAIN_SCENARIO, SEED, 0);
    const { weight, candidate, stable } = run.next(0.5);
    expect(weight).toBe(0.5);
    expect(candidate.n + stable.n).toBe(run.requests[0]);
    expect(candidate.n / (candidate.n + stable.n)).toBeCloseTo(0.5, 0);
    expect(share(batches(PLAIN_SCENARIO, 0), ({ n }) => n)).toBeCloseTo(0.2, 2);
  });

  it('gives a harmless candidate the same law as stable, over many runs of every harmless kind', () => {
    // The noisy neighbour hits the candidate alone, on purpose.
    for (const scenario of SCENARIOS.filter(
      (each) => isHarmless(each) && !each.noise?.some(({ of }) => of === 'candidate'),
    )) {
      const runs = Array.from({ length: 20 }, (_, run) => batches(scenario, run, 20));
      for (const of of [rate, lnLatency]) {
        const differences = runs.map((lines) => of(lines, 'candidate') - of(lines, 'stable'));
        expect(Math.abs(tStatistic(differences)), scenario.name).toBeLessThan(4.5);
      }
    }
  });

  it('acts out a fault from its onset on', () => {
    const scenario: Scenario = { ...PLAIN, name: 'late', fault: { errors: 0.4, latency: 3, onset: 30 } };
    const lines = batches(scenario, 0);
    const [before, after] = [lines.slice(0, 30), lines.slice(30)];
    expect(rate(before, 'candidate')).toBeLessThan(0.02);
    expect(rate(after, 'candidate')).toBeCloseTo(0.405, 1);
    expect(meanLatency(after, 'candidate') / meanLatency(after, 'stable')).toBeCloseTo(3, 0);
    expect(meanLatency(before, 'candidate') / meanLatency(before, 'stable')).toBeCloseTo(1, 1);
  });

  it('brings labels late, for a part of the predictions, and of the accuracy declared', () => {
    const lines = batches({ ...PLAIN, name: 'labelled', labels: LABELS, fault: { inaccuracy: 0.1 } }, 0);
    expect(lines.slice(0, LABELS.lag).every(({ candidate }) => candidate.labels?.n === 0)).toBe(true);
    const labels = (arm: 'stable' | 'candidate', of: 'n' | 'correct') =>
      lines.reduce((sum, line) => sum + (line[arm].labels?.[of] ?? 0), 0);
    const answered = lines.reduce((sum, { stable }) => sum + stable.n - stable.errors, 0);
    expect(labels('stable', 'n')).toBeLessThan(LABELS.share * answered);
    expect(labels('stable', 'n')).toBeGreaterThan(0.8 * LABELS.share * answered);
    expect(labels('stable', 'correct') / labels('stable', 'n')).toBeCloseTo(LABELS.accuracy, 1);
    expect(labels('candidate', 'correct') / labels('candidate', 'n')).toBeCloseTo(LABELS.accuracy - 0.1, 1);
  });

  it('pairs answers of which each arm alone is wrong as often as declared', () => {
    const lines = batches({ ...PLAIN, name: 'paired', pairs: PAIRS, fault: { inaccuracy: 0.05 } }, 0);
    const sum = (of: 'n' | 'stable_only_wrong' | 'candidate_only_wrong') =>
      lines.reduce((total, { paired }) => total + (paired?.[of] ?? 0), 0);
    expect(sum('stable_only_wrong') / sum('n')).toBeCloseTo(0.03, 2);
    expect(sum('candidate_only_wrong') / sum('n')).toBeCloseTo(0.08, 2);
  });
});

const PLAIN_SCENARIO: Scenario = { ...PLAIN, name: 'plain for tests' };

function batches(scenario: Scenario, run: number, minutes = HORIZON): BatchLine[] {
  const simulated = new SimulatedRun(scenario, SEED, run);
  return Array.from({ length: minutes }, () => simulated.next());
}

function share(lines: readonly BatchLine[], of: (arm: BatchLine['stable']) => number): number {
  const total = (arm: 'stable' | 'candidate') => lines.reduce((sum, line) => sum + of(line[arm]), 0);
  return total('candidate') / (total('candidate') + total('stable'));
}

function rate(lines: readonly BatchLine[], arm: 'stable' | 'candidate'): number {
  return (
    lines.reduce((sum, line) => sum + line[arm].errors, 0) /
    Math.max(
      1,
      lines.reduce((sum, line) => sum + line[arm].n, 0),
    )
  );
}

function meanLatency(lines: readonly BatchLine[], arm: 'stable' | 'candidate'): number {
  const all = lines.flatMap((line) => line[arm].latencies_ms ?? []);
  return all.reduce((sum, x) => sum + x, 0) / all.length;
}

function lnLatency(lines: readonly BatchLine[], arm: 'stable' | 'candidate'): number {
  const all = lines.flatMap((line) => line[arm].latencies_ms ?? []);
  return all.reduce((sum, x) => sum + Math.log(x), 0) / Math.max(1, all.length);
}

function tStatistic(values: readonly number[]): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  return variance === 0 ? 0 : mean / Math.sqrt(variance / values.length);
}
