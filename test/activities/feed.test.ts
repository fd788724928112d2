import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import type { BatchQuery } from '../../activities/evidence/batches.ts';
import { EvidenceFeed } from '../../activities/evidence/feed.ts';
import type { GateBatch } from '../../domain/gate-batch.ts';
import { useDatabase } from '../store/database.ts';
import { seal, watchRequest } from './support/gate-batches.ts';

const db = useDatabase();
const SOME = { n: 5, errors: 0 };

let feeds: (() => void)[] = [];
afterEach(() => {
  for (const stop of feeds) stop();
  feeds = [];
});

test('every reader gets each of its own batches once and in order, however many there are of both', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 8 }), async (counts) => {
      const readers = counts.map(() => readerOf());
      const feed = feedOf(db.pool);
      await Promise.all(counts.map((count, i) => seal(db.pool, name(readers[i]), count, SOME, SOME)));
      for (const reader of readers) feed.add(reader);
      await vi.waitFor(() => expect(readers.every(({ upToDate }) => upToDate)).toBe(true), 5_000);
      expect(readers.map(({ indexes }) => indexes)).toEqual(counts.map((count) => [...Array(count).keys()]));
    }),
    { numRuns: 5 },
  );
});

test('a thousand readers are asked for by a handful of statements a look, whatever lies there for them', async () => {
  const pool = counting(db.pool);
  const feed = feedOf(pool);
  const readers = Array.from({ length: 1_000 }, () => readerOf(60_000));
  await Promise.all(readers.slice(0, 100).map((reader) => seal(db.pool, name(reader), 3, SOME, SOME)));
  for (const reader of readers) feed.add(reader);
  await vi.waitFor(() => expect(readers.every(({ upToDate }) => upToDate)).toBe(true), 10_000);
  expect(readers.slice(0, 100).every(({ indexes }) => indexes.length === 3)).toBe(true);
  // Two for every 250, since at most two batches come to each of so many at a time.
  expect(pool.statements).toBeLessThanOrEqual(8);
});

test('a reader far behind holds up none that is urgent', async () => {
  const [behind, urgent] = [readerOf(5_000), readerOf(500)];
  await seal(db.pool, name(behind), 700, SOME, SOME);
  const served: string[] = [];
  urgent.caughtUp = () => void served.push('urgent');
  behind.caughtUp = () => void served.push('behind');
  const feed = feedOf(db.pool);
  feed.add(behind);
  feed.add(urgent);
  await vi.waitFor(() => expect(served).toContain('behind'), 5_000);
  expect(served[0]).toBe('urgent');
  await vi.waitFor(() => expect(behind.indexes).toHaveLength(700), 10_000);
});

test('a changed batch stops its own reader and no other', async () => {
  const [fooled, other] = [readerOf(), readerOf()];
  for (const reader of [fooled, other]) await seal(db.pool, name(reader), 3, SOME, SOME);
  await db.asSuperuser(`
    SET session_replication_role = replica;
    ALTER TABLE slipway.gate_batches DISABLE TRIGGER ALL;
    UPDATE slipway.gate_batches SET body = jsonb_set(body, '{lost}', '7') WHERE endpoint = '${name(fooled)}' AND index = 1;
    ALTER TABLE slipway.gate_batches ENABLE TRIGGER ALL;
  `);
  const feed = feedOf(db.pool);
  feed.add(fooled);
  feed.add(other);
  await vi.waitFor(() => expect(other.upToDate).toBe(true), 5_000);
  expect(fooled.indexes).toEqual([0]);
  expect(fooled.refusal).toContain('was changed after it was sealed');
});

test('a question that PostgreSQL refuses blinds its own reader and no other', async () => {
  const bad = readerOf(500, { endpoint: 'a\0b' });
  const good = [readerOf(), readerOf(), readerOf()];
  for (const reader of good) await seal(db.pool, name(reader), 2, SOME, SOME);
  const feed = feedOf(db.pool);
  for (const reader of [good[0], bad, good[1], good[2]]) if (reader) feed.add(reader);
  await vi.waitFor(() => expect(good.every(({ upToDate }) => upToDate)).toBe(true), 5_000);
  expect(good.map(({ misses }) => misses)).toEqual([0, 0, 0]);
  expect(bad.misses).toBeGreaterThan(0);
});

test('while an answer hangs, readers hear within seconds that nothing is seen', async () => {
  const hanging = { query: () => new Promise(() => undefined) } as unknown as Pool;
  const reader = readerOf();
  const feed = feedOf(hanging);
  feed.add(reader);
  await vi.waitFor(() => expect(reader.misses).toBeGreaterThan(0), 6_000);
});

test('without readers nothing is asked', async () => {
  const pool = counting(db.pool);
  const feed = feedOf(pool);
  const reader = readerOf();
  feed.add(reader);
  await vi.waitFor(() => expect(reader.upToDate).toBe(true), 5_000);
  feed.remove(reader);
  const before = pool.statements;
  await delay(1_200);
  expect(pool.statements).toBe(before);
});

function readerOf(everyMs = 500, change: Partial<BatchQuery> = {}) {
  const { target, endpoint } = watchRequest();
  const indexes: number[] = [];
  const reader = {
    everyMs,
    indexes,
    upToDate: false,
    misses: 0,
    refusal: null as string | null,
    get query(): BatchQuery {
      return { target, endpoint, epoch: 1, fromSequence: 1, afterIndex: indexes.at(-1) ?? -1, ...change };
    },
    take: ({ index }: GateBatch) => indexes.push(index) > 0,
    caughtUp: (): void => void (reader.upToDate = true),
    missed: () => void (reader.misses += 1),
    refuse: ({ message }: Error) => void (reader.refusal = message),
  };
  return reader;
}

type TestReader = ReturnType<typeof readerOf>;

function name(reader: TestReader | undefined): string {
  return reader?.query.endpoint ?? '';
}

function feedOf(pool: Pool) {
  const feed = new EvidenceFeed(pool);
  const readers: TestReader[] = [];
  feeds.push(() => readers.forEach((reader) => feed.remove(reader)));
  return {
    add: (reader: TestReader) => (readers.push(reader), feed.add(reader)),
    remove: (reader: TestReader) => feed.remove(reader),
  };
}

/** The same database, with a count of what is asked of it. */
function counting(pool: Pool): Pool & { readonly statements: number } {
  let statements = 0;
  return new Proxy(pool, {
    get(target, member, receiver) {
      if (member === 'statements') return statements;
      if (member === 'query') statements += 1;
      const value: unknown = Reflect.get(target, member, receiver);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  }) as Pool & { readonly statements: number };
}
