import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { ResourceUse } from '../../../domain/gate-batch.ts';
import { CANDIDATE, STABLE, arm } from '../support/batches.ts';
import { NO_SERIES, follow, levelLikelihood } from '../../../gates/kinds/series.ts';
import { RESOURCE_TOLERANCE, lnRatio, resourcesOf } from '../../../gates/kinds/resource.ts';
import { random } from '../support/random.ts';
import { swapped } from '../../../gates/kinds/arms.ts';

const use = (over: Partial<ResourceUse> = {}): ResourceUse => ({
  ...{ replicas: 1, samples: 10, cpuSeconds: 5, memoryBytes: 1e9 },
  ...over,
});
const arms = (ours: [number, ResourceUse | undefined], theirs: [number, ResourceUse | undefined]) => ({
  candidate: arm(CANDIDATE, ours[0], ours[1] ? { resources: ours[1] } : {}),
  stable: arm(STABLE, theirs[0], theirs[1] ? { resources: theirs[1] } : {}),
});

describe('what servers use', () => {
  test('is time by request, and memory by replica', () => {
    const both = arms([100, use({ cpuSeconds: 2, memoryBytes: 3e9, gpuSeconds: 1 })], [120, use({ gpuSeconds: 6 })]);
    expect(resourcesOf('cpu', both)).toEqual({ candidate: 0.02, stable: 5 / 120 });
    expect(resourcesOf('memory', both)).toEqual({ candidate: 3e9, stable: 1e9 });
    expect(resourcesOf('gpu', both)).toEqual({ candidate: 0.01, stable: 0.05 });
    expect(resourcesOf('gpuMemory', both)).toBeNull();
  });

  test('is not compared by request where idle time falls on few requests of one arm and many of the other', () => {
    const idle = 2;
    const [few, many] = [use({ cpuSeconds: idle + 0.1 }), use({ cpuSeconds: idle + 9.9 })];
    expect(resourcesOf('cpu', arms([6, few], [594, many]))).toBeNull();
    const known = arms([6, { ...few, idleCpuSeconds: idle }], [594, { ...many, idleCpuSeconds: idle }]);
    const found = resourcesOf('cpu', known);
    expect(lnRatio(found ?? { candidate: NaN, stable: 1 })).toBeCloseTo(0, 9);
    expect(resourcesOf('cpu', arms([100, few], [400, use({ replicas: 4 })]))).not.toBeNull();
  });

  test('is nothing where it was not measured, or was measured as nothing', () => {
    expect(resourcesOf('memory', arms([100, undefined], [100, use()]))).toBeNull();
    expect(resourcesOf('memory', arms([100, use({ samples: 0 })], [100, use()]))).toBeNull();
    expect(resourcesOf('cpu', arms([100, use({ cpuSeconds: 0 })], [100, use()]))).toBeNull();
    expect(resourcesOf('cpu', arms([2, use()], [2, use()]))).toBeNull();
  });
});

const normal = (next: () => number) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** The batch at which the evidence that the ratio is above what is tolerated reaches 1/20; `null` if it does not. */
function foundAt(ratios: readonly number[]): number | null {
  const alternatives = [0.2, 0.4, 0.8];
  const lnEs = alternatives.map(() => 0);
  let series = NO_SERIES;
  for (const [t, y] of ratios.entries()) {
    const lnL = levelLikelihood(series, y);
    alternatives.forEach((level, i) => (lnEs[i] = (lnEs[i] ?? 0) + lnL(level) - lnL(RESOURCE_TOLERANCE)));
    series = follow(series, y);
    if (lnEs.reduce((sum, lnE) => sum + Math.exp(lnE) / 3, 0) >= 20) return t;
  }
  return null;
}

describe('the level of a ratio that is seen batch by batch', () => {
  test('gives e-values of mean at most 1 for errors of the scatter that is assumed', () => {
    let series = NO_SERIES;
    for (let t = 0; t < 40; t += 1) series = follow(series, t % 2 === 0 ? 0.1 : -0.1);
    for (const alternative of [0.05, 0.2, 0.6, 2]) {
      let [mean, total] = [0, 0];
      for (let y = -1; y <= 1; y += 0.001) {
        const chance = Math.exp((-y * y) / (2 * 0.01));
        total += chance;
        const lnL = levelLikelihood(series, y);
        mean += chance * Math.exp(lnL(alternative) - lnL(0));
      }
      expect(mean / total).toBeLessThanOrEqual(1);
    }
  });

  test('says the opposite when the arms are swapped', () => {
    const values = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, fc.double({ min: -2, max: 2, noNaN: true }), (seen, level) => {
        const forth = seen.reduce(follow, NO_SERIES);
        const back = seen.map((y) => -y).reduce(follow, NO_SERIES);
        expect(levelLikelihood(back, 0.3)(-level)).toBeCloseTo(levelLikelihood(forth, -0.3)(level), 9);
        expect(lnRatio(swapped({ candidate: 3, stable: 2 }))).toBeCloseTo(-lnRatio({ candidate: 3, stable: 2 }), 12);
      }),
    );
  });

  test('is not taken for higher while it wanders about what is tolerated', () => {
    let found = 0;
    for (let run = 0; run < 100; run += 1) {
      const next = random(run);
      let noise = 0;
      const ratios = Array.from({ length: 300 }, () => RESOURCE_TOLERANCE + (noise = 0.8 * noise + 0.1 * normal(next)));
      if (foundAt(ratios) !== null) found += 1;
    }
    expect(found).toBeLessThanOrEqual(12);
  });

  test('is found higher within minutes, and one wild batch is not', () => {
    const next = random(4);
    const higher = Array.from({ length: 120 }, () => 0.3 + 0.08 * normal(next));
    expect(foundAt(higher)).toBeLessThan(60);
    expect(foundAt(Array.from({ length: 120 }, () => 1.1 + 0.08 * normal(next)))).toBeLessThan(8);
    const wild = Array.from({ length: 120 }, (_, t) => (t === 3 ? 9 : 0.08 * normal(next)));
    expect(foundAt(wild)).toBeNull();
  });

  test('has its scatter learnt from what came before, and one jump does not hide itself', () => {
    const quiet = Array.from({ length: 60 }, (_, t) => (t % 2) * 0.01).reduce(follow, NO_SERIES);
    const before = levelLikelihood(quiet, 0.5)(0.5) - levelLikelihood(quiet, 0.5)(0);
    const jumped = follow(quiet, 5);
    expect(levelLikelihood(jumped, 0.5)(0.5) - levelLikelihood(jumped, 0.5)(0)).toBeGreaterThan(before / 2);
    expect(JSON.stringify(jumped).length).toBeLessThan(120);
  });
});
