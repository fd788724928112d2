import { expect, it } from 'vitest';
import type { DataSet } from '../../../activities/validation/data-set.ts';
import { findings } from '../../../activities/validation/judge.ts';
import type { Scores } from '../../../activities/validation/score-version.ts';
import { validationReport } from '../../../activities/validation/validation-report.ts';
import { validationVerdict } from '../../../activities/validation/verdict.ts';
import { planRollout } from '../../../domain/plan.ts';

/** A report on data of this many classes, where the candidate takes each for every other, and this many slices. */
function report(classes: number, slices: number): string {
  const rows = 20 * classes;
  const labels = Array.from({ length: rows }, (_, i) => `class ${i % classes}`);
  const shifted = labels.map((_, i) => `class ${(i + Math.floor(i / classes)) % classes}`);
  const scores = (predictions: readonly string[]): Scores => ({
    ...{ predictions, latenciesMs: [1, 2, 3, 100], requests: 4, failedRows: 0, unreachableRows: 0, faults: [] },
  });
  const { validate, gates } = planRollout({
    ...{ endpoint: 'e', model: 'm', validate: { data: { source: 'set.csv', label: 'y' } } },
  });
  if (!validate) throw new Error('the plan has a validation');
  const data: DataSet = {
    ...{ source: 'set.csv', sha256: 'sha256:aa', rows, rowsInFile: rows, rowsWithoutLabel: 0, features: ['x'], labels },
    decimals: new Set(),
    slices: Array.from({ length: slices }, (_, i) => {
      return { name: `slice ${i}`, where: 'true', margin: 0.05, rows, includes: new Uint8Array(rows).fill(1) };
    }),
    batches: async function* () {},
    close: async () => {},
  };
  const evidence = {
    validate,
    gates,
    lineage: { metrics: {} },
    data,
    candidate: scores(shifted),
    stable: scores(labels),
  };
  const found = findings(evidence);
  return validationReport(evidence, found, validationVerdict(evidence, found, data.sha256));
}

it('says what was decided, on which data, and how each class fared', () => {
  expect(JSON.parse(report(3, 1))).toMatchObject({
    decision: 'fail',
    data: { source: 'set.csv', sha256: 'sha256:aa', rows: 60 },
    candidate: {
      metrics: { accuracy: expect.any(Number) as number },
      requestMs: { p50: 3, p95: 100, max: 100 },
      confusion: { 'class 0': { 'class 1': expect.any(Number) as number } },
    },
    stable: { metrics: { accuracy: 1 } },
    slices: [{ name: 'slice 0', rows: 60 }],
  });
});

it.each([
  [30, 0],
  [400, 2],
  [10, 80],
  [10, 400],
])('stays below 100 KB with %d classes and %d slices', (classes, slices) => {
  const text = report(classes, slices);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100_000);
  expect(JSON.parse(text)).toMatchObject({ decision: 'fail', candidate: { metrics: {} } });
});
