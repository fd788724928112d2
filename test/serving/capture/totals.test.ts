import { expect, test } from 'vitest';
import { DURATION_BOUNDS } from '../../../domain/metrics/serving.ts';
import type { ArmCounts, LabelCounts } from '../../../domain/gate-batch.ts';
import { bucketOf } from '../../../serving/capture/latency-sketch.ts';
import type { Draft } from '../../../serving/capture/fence-tally.ts';
import { createTotalling } from '../../../serving/capture/totals.ts';

const times = { opened: '2026-01-01T00:00:00.000Z', sealed: '2026-01-01T00:00:10.000Z' };
const draft = (arms: readonly ArmCounts[], rest: Partial<Draft> = {}): Draft => {
  return { endpoint: 'digits', fence: { epoch: 1, sequence: 1 }, ...times, arms, pairs: [], lost: 0, ...rest };
};
const arm = (change: Partial<ArmCounts>): ArmCounts => {
  return { version: 'v1', n: 0, errors: 0, timeouts: 0, rejected: 0, latency: [], users: null, ...change };
};
const label = (change: Partial<LabelCounts>): LabelCounts => ({ version: 'v1', n: 5, correct: 4, ...change });

test('every prediction is counted under one result', () => {
  const { addDraft, totals } = createTotalling();
  addDraft(draft([arm({ n: 20, errors: 5, timeouts: 2, rejected: 3 })]));
  addDraft(draft([arm({ n: 10 }), arm({ version: 'v2', n: 1, errors: 1 })]));
  expect(totals['digits']?.versions['v1']).toMatchObject({ ok: 22, rejected: 3, error: 3, timeout: 2 });
  expect(totals['digits']?.versions['v2']).toMatchObject({ ok: 0, error: 1 });
});

test('latencies fall into the bucket of their bound, and their sum is right to one percent', () => {
  const { addDraft, totals } = createTotalling();
  const latency = [
    [bucketOf(3), 7],
    [bucketOf(80), 2],
    [bucketOf(45_000), 1],
  ] as const;
  addDraft(draft([arm({ n: 10, latency })]));
  const { durations, durationSeconds } = totals['digits']?.versions['v1'] ?? {};
  const shown = durations?.map((count, at) => [DURATION_BOUNDS[at] ?? Infinity, count]).filter(([, count]) => count);
  expect(shown).toEqual([
    [0.005, 7],
    [0.1, 2],
    [Infinity, 1],
  ]);
  expect(Math.abs((durationSeconds ?? 0) / (0.021 + 0.16 + 45) - 1)).toBeLessThan(0.01);
});

test('what generated answers cost is summed up, and other answers have no part in it', () => {
  const { addDraft, totals } = createTotalling();
  addDraft(
    draft([
      arm({ n: 9, firstToken: [[bucketOf(80), 2]], tokens: { answers: 2, input: 7, output: 30 } }),
      arm({ n: 9 }),
    ]),
  );
  const { firstTokens, firstTokenSeconds, tokens } = totals['digits']?.versions['v1'] ?? {};
  expect(firstTokens?.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect(Math.abs((firstTokenSeconds ?? 0) / 0.16 - 1)).toBeLessThan(0.01);
  expect(tokens).toEqual({ answers: 2, input: 7, output: 30 });
});

test('what is gone is forgotten, and what is there goes on from where it was', () => {
  const { addDraft, keepOnly, totals } = createTotalling();
  addDraft(draft([arm({ n: 20 }), arm({ version: 'v2', n: 1 })]));
  addDraft(draft([arm({ n: 5 })], { endpoint: 'gone' }));
  keepOnly([{ endpoint: 'digits', versions: ['v1'] }]);
  addDraft(draft([arm({ n: 10 })]));
  expect(Object.keys(totals)).toEqual(['digits']);
  expect(Object.entries(totals['digits']?.versions ?? {}).map(([key, { ok }]) => [key, ok])).toEqual([['v1', 30]]);
});

test('a label counts once, however often later batches repeat its row', () => {
  const { addLabels, totals } = createTotalling();
  addLabels({ endpoint: 'digits', index: 7, labels: [label({}), label({ revision: 7 }), label({ revision: 3 })] });
  expect(totals['digits']?.versions['v1']).toMatchObject({ labels: 10, labelsCorrect: 8 });
});

test('copies are told apart by how their answers compare', () => {
  const { addDraft, totals } = createTotalling();
  const failed = { onlyAgainstFailed: 1, onlyVersionFailed: 2, unpaired: 3 };
  const pair = { version: 'v2', against: 'v1', n: 10, disagree: 4, ...failed, latency: [], latencyAgainst: [] };
  addDraft(draft([arm({})], { pairs: [pair], lost: 6 }));
  expect(totals['digits']).toMatchObject({ lost: 6, versions: { v2: { pairs: { v1: { agree: 6, disagree: 4 } } } } });
});
