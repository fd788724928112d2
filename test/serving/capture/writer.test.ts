import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BatchSink } from '../../../serving/capture/batch-sink.ts';
import type { Draft } from '../../../serving/capture/fence-tally.ts';
import type { PredictionRow } from '../../../serving/capture/record.ts';
import { recordsOf } from '../../../serving/capture/record.ts';
import { createWriter } from '../../../serving/capture/writer.ts';
import type { Writer } from '../../../serving/capture/writer.ts';
import { observed } from '../support/observations.ts';

let isAway: boolean;
let refusal: string | null;
let calls: string[];
let lost: string[];
let writer: Writer;

const sink: BatchSink = {
  addPredictions(rows) {
    if (isAway) return Promise.reject(new Error('connection refused'));
    calls.push(`${rows.length} rows`);
    return Promise.resolve(0);
  },
  addBatch(draft) {
    if (isAway) return Promise.reject(new Error('connection refused'));
    if (draft.opened === refusal) return Promise.reject(Object.assign(new Error('no'), { code: '23514' }));
    calls.push(draft.opened);
    return Promise.resolve({ ...draft, index: 0, labels: [], hash: '' });
  },
  keepHouse: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

beforeEach(() => {
  vi.useFakeTimers();
  [isAway, refusal, calls, lost] = [false, null, [], []];
  writer = createWriter({ sink, toleranceOf: () => 0, onLost: (draft) => lost.push(draft.opened) });
});
afterEach(() => vi.useRealTimers());

test('rows are stored together after a moment, at most 500 at once', async () => {
  writer.addRows(rows(3));
  writer.addRows(rows(2));
  await vi.advanceTimersByTimeAsync(199);
  expect(calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  writer.addRows(rows(1100));
  await vi.advanceTimersByTimeAsync(300);
  expect(calls).toEqual(['5 rows', '500 rows', '500 rows', '100 rows']);
});

test('a batch is stored at once, before rows that wait', async () => {
  writer.addRows(rows(1));
  writer.addDraft(draft('one'));
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toEqual(['one', '1 rows']);
});

test('while the store is away everything waits, and then comes in order', async () => {
  isAway = true;
  for (const name of ['one', 'two', 'three']) writer.addDraft(draft(name));
  writer.addRows(rows(2));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(writer.state).toMatchObject({ queuedBatches: 3, queuedRows: 2, shed: 0, fault: 'connection refused' });
  isAway = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(calls).toEqual(['one', 'two', 'three', '2 rows']);
  expect(writer.state).toMatchObject({ queuedBatches: 0, queuedRows: 0, fault: null });
});

test('a long absence sheds predictions and counts them, and keeps every batch', async () => {
  isAway = true;
  for (let index = 0; index < 100; index += 1) {
    writer.addRows(rows(200));
    writer.addDraft(draft(`batch ${index}`));
  }
  expect(writer.state).toMatchObject({ queuedRows: 6000, shed: 14_000, queuedBatches: 100 });
  isAway = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls.filter((call) => call.startsWith('batch'))).toHaveLength(100);
  expect(lost).toEqual([]);
});

test('large predictions are bounded by their size, in the queue and in one portion', async () => {
  isAway = true;
  writer.addRows(rows(200, 'x'.repeat(60_000)));
  expect(writer.state.queuedRows).toBeLessThan(75);
  isAway = false;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(calls.length).toBeGreaterThan(2);
});

test('when even batches are too many, the newest is lost, and told of', async () => {
  isAway = true;
  const large = { ...draft('large'), arms: [{ ...arm(), version: 'v'.repeat(3_000_000) }] };
  for (let index = 0; index < 5; index += 1) writer.addDraft(large);
  expect(writer.state.queuedBatches).toBe(3);
  expect(lost).toEqual(['large', 'large']);
});

test('a batch that the store will never take does not hold up those behind it for ever', async () => {
  refusal = 'bad';
  for (const name of ['one', 'bad', 'two']) writer.addDraft(draft(name));
  await vi.advanceTimersByTimeAsync(200_000);
  expect(calls).toEqual(['one', 'two']);
  expect(lost).toEqual(['bad']);
});

test('at the end of the process what is queued is stored, or given up in time', async () => {
  writer.addDraft(draft('last'));
  writer.addRows(rows(700));
  await writer.flush(1000);
  expect(calls).toEqual(['last', '500 rows', '200 rows']);
  isAway = true;
  writer.addDraft(draft('too late'));
  const flushed = writer.flush(1000);
  await vi.advanceTimersByTimeAsync(1000);
  await flushed;
  expect(writer.state.queuedBatches).toBe(1);
});

function rows(count: number, text = '1'): PredictionRow[] {
  const settings = { sample: 1, redact: [], retentionDays: 1, userHeader: null, tolerance: 0 };
  return Array.from({ length: count }, () =>
    recordsOf(observed({ response: { text: JSON.stringify(text), isSkipped: false } }), settings),
  ).flat();
}

function draft(opened: string): Draft {
  return {
    endpoint: 'digits',
    fence: { epoch: 1, sequence: 1 },
    opened,
    sealed: '',
    arms: [arm()],
    pairs: [],
    lost: 0,
  };
}

function arm(): Draft['arms'][number] {
  return { version: 'v1', n: 1, errors: 0, timeouts: 0, rejected: 0, latency: [], users: null };
}
