import { describe, expect, test } from 'vitest';
import type { ArmCounts, GateBatch, PairCounts } from '../../domain/gate-batch.ts';
import { CANDIDATE, STABLE, arm, batch, pairs, question } from './support/batches.ts';
import { judgeAll } from '../../gates/gate.ts';
import { random } from './support/random.ts';

const metricOf = (verdict: ReturnType<typeof judgeAll>, name: string) =>
  verdict.metrics.find(({ metric }) => metric === name);
const resources = (memoryBytes: number) => ({ replicas: 1, samples: 10, cpuSeconds: 1, memoryBytes });

describe('a shadow', () => {
  const asked = question({ stage: 'shadow', weight: 0, nextWeight: 100, minDurationMs: 0 }, { memory: {} });
  const run = (count: number, parts: Partial<PairCounts>, arms: readonly ArmCounts[] = []) =>
    judgeAll(
      asked,
      Array.from({ length: count }, (_, i) => batch(i, { pairs: [pairs(20, parts)], arms })),
    );

  test('goes back when labels of the same requests show that the candidate alone is wrong', () => {
    const verdict = run(60, { wrong: { n: 15, onlyVersion: 5, onlyAgainst: 0 } });
    expect(verdict).toMatchObject({ decision: 'fail', culprits: ['paired'] });
    expect(verdict.summary).toMatch(/^wrong answers of v4 \(paired\): 33 % vs 0 % of stable$/);
  });

  test('passes when both are wrong alike, and does not wait for labels', () => {
    expect(run(20, { wrong: { n: 15, onlyVersion: 2, onlyAgainst: 2 } }).decision).toBe('pass');
    expect(run(20, {})).toMatchObject({ decision: 'pass' });
    expect(metricOf(run(20, {}), 'paired')).toMatchObject({ candidate: null, decision: 'undecided', required: false });
  });

  test('goes back when the candidate takes more memory than it may, where that was measured', () => {
    const use = (bytes: number) => [
      arm(STABLE, 20, { resources: resources(1e9) }),
      arm(CANDIDATE, 0, { resources: resources(bytes) }),
    ];
    expect(run(60, {}, use(2e9))).toMatchObject({ decision: 'fail', culprits: ['memory'] });
    expect(run(60, {}, use(1.02e9)).decision).toBe('pass');
    expect(run(60, {}, []).decision).toBe('pass');
  });
});

describe('a soak', () => {
  const asked = question({ stage: 'soak', weight: 10_000, minDurationMs: 600_000 }, { memory: {} });
  const HOUR = 360;
  const normal = (next: () => number) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

  function run(hours: number, at: (hour: number, next: () => number) => { bytes: number | null; n?: number }) {
    const next = random(3);
    const batches: GateBatch[] = Array.from({ length: hours * HOUR }, (_, i) => {
      const { bytes, n = 50 } = at(i / HOUR, next);
      return batch(i, { arms: [arm(CANDIDATE, n, bytes === null ? {} : { resources: resources(bytes) })] });
    });
    return judgeAll(asked, batches);
  }

  test('goes back when memory grows hour after hour', () => {
    const verdict = run(4, (hour, next) => ({ bytes: 1e9 * Math.exp(0.1 * hour + 0.02 * normal(next)) }));
    expect(verdict).toMatchObject({ decision: 'fail', culprits: ['leak'], reason: 'LimitExceeded' });
    expect(verdict.summary).toMatch(/^memory of v4 grows by (9|1\d)(\.\d)? % an hour, 2 % are tolerated$/);
    expect(metricOf(verdict, 'leak')).toMatchObject({ unit: 'share', stable: null });
  });

  test('passes when memory wanders, grows no more than tolerated, or was not measured', () => {
    const harmless: Parameters<typeof run>[1][] = [
      (_, next) => ({ bytes: 1e9 * Math.exp(0.05 * normal(next)) }),
      (hour) => ({ bytes: 1e9 * Math.exp(0.015 * hour) }),
      (hour) => ({ bytes: 1e9 * (1 + ((hour * 0.9) % 1)) }),
      () => ({ bytes: null }),
    ];
    for (const at of harmless) expect(run(8, at)).toMatchObject({ decision: 'pass', culprits: [] });
  });

  test('does not take memory for a leak that follows the load, as it does every morning', () => {
    const morning: Parameters<typeof run>[1] = (hour) => ({
      bytes: 1e9 * (1 + 0.1 * hour),
      n: Math.round(40 * (1 + hour)),
    });
    expect(run(8, morning)).toMatchObject({ decision: 'pass', culprits: [] });
    const steady: Parameters<typeof run>[1] = (hour) => ({ bytes: 1e9 * (1 + 0.1 * hour), n: 100 });
    expect(run(8, steady).decision).toBe('fail');
  });

  test('does not look for a leak where memory is not named', () => {
    const plain = { ...question({ stage: 'soak', weight: 10_000, minDurationMs: 600_000 }) };
    expect(judgeAll(plain, []).metrics.map(({ metric }) => metric)).toEqual(['errorRate', 'accuracy']);
  });
});
