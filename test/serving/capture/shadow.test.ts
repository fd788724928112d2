import { afterAll, beforeAll, expect, test } from 'vitest';
import { planComparison } from '../../../domain/comparison.ts';
import { mirrorRoute } from '../../../domain/route.ts';
import { armSum, pairSum, startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { post, posts } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';

let evidence: Evidence;
let serving: Serving;
beforeAll(async () => {
  evidence = await startEvidence();
  serving = await startServing({ databaseUrl: evidence.database.appUrl, capture: { tolerance: 0.01 } });
});
afterAll(async () => {
  await serving.stop();
  await evidence.stop();
});

const inputs = (...rows: number[]) => ({ body: JSON.stringify({ inputs: rows }) });

test('every copy is paired with its original, and compared row by row', async () => {
  serving.stable.predict = Number;
  serving.candidate.predict = (row) => (row === 7 ? 8 : Number(row) * 1.001);
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 1);
  await posts(serving.url, 100, (index) => inputs(100, index % 10 === 0 ? 7 : 5));
  const batches = await evidence.batchesUnder(1, (seen) => pairSum(seen, 'n') === 100);
  expect(pairSum(batches, 'disagree')).toBe(10);
  expect([pairSum(batches, 'onlyVersionFailed'), pairSum(batches, 'onlyAgainstFailed')]).toEqual([0, 0]);
  expect(batches.flatMap(({ pairs }) => pairs)[0]).toMatchObject({ version: CANDIDATE, against: STABLE });
  for (const { n, latency, latencyAgainst } of batches.flatMap(({ pairs }) => pairs))
    for (const sketch of [latency, latencyAgainst]) expect(sketch.reduce((sum, [, count]) => sum + count, 0)).toBe(n);
});

test('copies count for no arm: only the served version has live requests', async () => {
  const batches = await evidence.batches();
  expect(armSum(batches, STABLE)).toBe(100);
  expect(new Set(batches.flatMap(({ arms }) => arms.map(({ version }) => version)))).toEqual(new Set([STABLE]));
});

test('a candidate that fails or is too slow fails alone, and no user notices', async () => {
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 2, { timeoutMs: 300 });
  serving.candidate.status = 500;
  await posts(serving.url, 5);
  await expect.poll(() => serving.candidate.requests.length).toBe(105);
  Object.assign(serving.candidate, { status: 200, delayMs: 1000 });
  const answers = await posts(serving.url, 5);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  await evidence.batchesUnder(2, (seen) => pairSum(seen, 'onlyVersionFailed') === 10);
  serving.candidate.delayMs = 0;
});

test('a version that refuses what the candidate takes is told apart', async () => {
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 3);
  serving.stable.status = 400;
  await posts(serving.url, 5);
  await evidence.batchesUnder(3, (seen) => pairSum(seen, 'onlyAgainstFailed') === 5);
  serving.stable.status = 200;
});

test('answers too large to capture are no evidence either way', async () => {
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 4);
  serving.stable.predict = () => 'x'.repeat(70_000);
  await posts(serving.url, 3);
  const batches = await evidence.batchesUnder(4, (seen) => pairSum(seen, 'unpaired') === 3);
  expect(pairSum(batches, 'n')).toBe(0);
  serving.stable.predict = Number;
});

test('two requests under one id are compared with nothing', async () => {
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 5);
  // Longer than Envoy keeps its log back: both originals are known before a copy of either is.
  serving.candidate.delayMs = 500;
  const { length } = serving.candidate.requests;
  await posts(serving.url, 2, () => ({ headers: { 'x-request-id': 'twice' } }));
  await expect.poll(() => serving.candidate.requests.length).toBe(length + 2);
  serving.candidate.delayMs = 0;
  await post(serving.url);
  const batches = await evidence.batchesUnder(5, (seen) => pairSum(seen, 'n') === 1);
  expect(armSum(batches, STABLE)).toBe(3);
  expect((await serving.capture?.health())?.detail).toMatch(/^stores evidence; [1-9]\d* request ids came twice$/);
});

test('answers that differ by the rules are scored by a program, and without a score they are no evidence', async () => {
  const source = `require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { served, mirrored } = JSON.parse(line);
    const alike = served[0] === 'hello' && mirrored[0] === 'hi there';
    process.stdout.write(served[0] === 'odd' ? 'what?\\n' : JSON.stringify({ similarity: alike ? 0.95 : 0.1 }) + '\\n');
  });`;
  const comparison = planComparison({ text: 'normalised', score: { command: [process.execPath, '-e', source] } });
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 6, {
    capture: {
      ...serving.desired(mirrorRoute(STABLE, CANDIDATE, 100), 6).settings.capture,
      ...(comparison && { comparison }),
    },
  });
  const answers: Record<number, [string, string]> = {
    1: ['Hello!', 'hello'],
    2: ['hello', 'hi there'],
    3: ['hello', 'goodbye'],
    4: ['odd', 'even'],
  };
  serving.stable.predict = (row) => answers[Number(row)]?.[0];
  serving.candidate.predict = (row) => answers[Number(row)]?.[1];
  await posts(serving.url, 3, (index) => inputs(index + 1));
  await evidence.batchesUnder(6, (seen) => pairSum(seen, 'n') === 3);
  await post(serving.url, inputs(4));
  const batches = await evidence.batchesUnder(6, (seen) => pairSum(seen, 'unpaired') === 1);
  expect([pairSum(batches, 'n'), pairSum(batches, 'disagree'), pairSum(batches, 'unpaired')]).toEqual([3, 1, 1]);
});
