import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import golden from './golden.json' with { type: 'json' };
import { binomial, random } from '../support/random.ts';
import { chiSquare, upperGamma } from '../../../gates/drift/chi-square.ts';
import { distances } from '../../../gates/drift/measures.ts';
import { kolmogorovP, sampleDistances } from '../../../gates/drift/samples.ts';

type Golden = Pick<typeof golden, 'samples' | 'counts'>;
type Samples = Golden['samples'][number];
type Counts = Golden['counts'][number];

const PYTHON = join(import.meta.dirname, '../../../.venv/bin/python');
const hasSciPy = spawnSync(PYTHON, ['-c', 'import scipy.stats'], { stdio: 'ignore' }).status === 0;
const sorted = (values: readonly number[]) => Float64Array.from(values).sort();

function agreeInSamples({ a, b, ...theirs }: Samples): void {
  const ours = sampleDistances(sorted(a), sorted(b));
  expect(ours?.kolmogorovSmirnov).toBeCloseTo(theirs.kolmogorovSmirnov, 12);
  expect(ours?.wasserstein).toBeCloseTo(theirs.wasserstein, 10);
  expect(kolmogorovP(theirs.kolmogorovSmirnov, a.length, b.length)).toBeCloseTo(theirs.kolmogorovP, 12);
}

function agreeInCounts({ a, b, ...theirs }: Counts): void {
  const ours = chiSquare(a, b);
  expect(ours?.freedom).toBe(theirs.freedom);
  expect(ours?.statistic).toBeCloseTo(theirs.statistic, 8);
  expect(Math.abs((ours?.p ?? NaN) / theirs.p - 1)).toBeLessThan(1e-9);
  expect(distances(a, b)?.jensenShannon).toBeCloseTo(theirs.jensenShannon, 7);
  expect(distances(a, b)?.psi).toBeCloseTo(theirs.psi, 10);
}

describe('distances between samples are those of SciPy', () => {
  test.each(golden.samples)('value by value (%#)', agreeInSamples);
  test.each(golden.counts)('counted by bin (%#)', agreeInCounts);

  test.skipIf(!hasSciPy)('on samples that are drawn anew in every run', () => {
    const next = random(Date.now() % 2 ** 31);
    const sample = (n: number, scale: number) =>
      Array.from({ length: n }, () => Math.round(next() * next() * scale * 1000) / 1000);
    const counts = (n: number) => Array.from({ length: 9 }, () => 1 + binomial(next, n, next()));
    const given = {
      samples: [3, 50, 2_000].map((n) => [sample(n, 1), sample(n * 2, 3)]),
      counts: [10, 300, 20_000].map((n) => [counts(n), counts(n)]),
    };
    const { stdout, stderr } = spawnSync(PYTHON, [join(import.meta.dirname, 'golden.py'), '-'], {
      input: JSON.stringify(given),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const theirs = JSON.parse(stdout) as Golden;
    theirs.samples.forEach(agreeInSamples);
    theirs.counts.filter(({ p }) => p > 1e-280).forEach(agreeInCounts);
  });
});

describe('samples that cannot be compared', () => {
  test('give no distance: an empty one, other bins, or all in one bin', () => {
    expect(sampleDistances(sorted([]), sorted([1]))).toBeNull();
    expect(chiSquare([0, 0], [1, 2])).toBeNull();
    expect(chiSquare([1, 2], [1, 2, 3])).toBeNull();
    expect(chiSquare([4, 0], [9, 0])).toBeNull();
  });
});

test('chances stay between 0 and 1 from no distance to the largest', () => {
  expect(kolmogorovP(0, 10, 10)).toBe(1);
  expect(kolmogorovP(1, 1e6, 1e6)).toBe(0);
  for (let d = 0; d <= 1; d += 0.001) {
    expect(kolmogorovP(d, 50, 80)).toBeLessThanOrEqual(1);
    expect(kolmogorovP(d + 0.001, 50, 80)).toBeLessThanOrEqual(kolmogorovP(d, 50, 80) + 1e-15);
  }
  expect(upperGamma(0.5, 0)).toBe(1);
  expect(upperGamma(0.5, 800)).toBe(0);
});
