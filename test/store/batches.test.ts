import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchHash } from '../../activities/evidence/batch-hash.ts';
import { BatchChanged, lastBatch, readBatches } from '../../activities/evidence/batches.ts';
import { canonicalJson } from '../../domain/gate-batch.ts';
import type { GateBatchBody } from '../../domain/gate-batch.ts';
import { useDatabase } from './database.ts';
import { batchBody } from './samples.ts';

const db = useDatabase();

async function seal(body: GateBatchBody, column: Partial<Record<'index' | 'epoch', number>> = {}): Promise<void> {
  await db.pool.query(
    `INSERT INTO slipway.gate_batches (target, endpoint, index, epoch, sequence, opened_at, sealed_at, body, hash)
     VALUES ('local', $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (target, endpoint, index) DO NOTHING`,
    [
      ...[body.endpoint, column.index ?? body.index, column.epoch ?? body.fence.epoch, body.fence.sequence],
      ...[body.opened, body.sealed, JSON.stringify(body), batchHash(body)],
    ],
  );
}

const read = (
  endpoint: string,
  over: { fromSequence?: number; afterIndex?: number; limit?: number; epoch?: number } = {},
) => readBatches(db.pool, { target: 'local', endpoint, epoch: 4, fromSequence: 0, afterIndex: -1, ...over });
const indexes = async (...args: Parameters<typeof read>) => (await read(...args)).map((batch) => batch.index);

const text = fc.string({ unit: 'grapheme' }).map((s) => s.replaceAll('\0', ''));
const count = fc.nat();
const sketch = fc.array(fc.tuple(fc.integer(), count));
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const instant = fc
  .date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((d) => d.toISOString());
const anyBody = fc.record({
  fence: fc.record({ epoch: count, sequence: count }),
  opened: instant,
  sealed: instant,
  lost: count,
  arms: fc.array(
    fc.record({
      ...{ version: text, n: count, errors: count, timeouts: count, rejected: count, latency: sketch },
      users: fc.option(
        fc.record({ users: number, requestsSquared: number, badSquared: number, requestsTimesBad: number }),
      ),
    }),
    { maxLength: 3 },
  ),
  pairs: fc.array(
    fc.record({
      ...{ version: text, against: text, n: count, disagree: count, onlyAgainstFailed: count },
      ...{ onlyVersionFailed: count, unpaired: count, latency: sketch, latencyAgainst: sketch },
    }),
    { maxLength: 2 },
  ),
  labels: fc.array(fc.record({ version: text, n: count, correct: count }), { maxLength: 3 }),
});

test('a batch comes back bit for bit, whatever jsonb does to its keys and numbers', async () => {
  let index = 0;
  await fc.assert(
    fc.asyncProperty(anyBody, async (fields) => {
      const body = { ...fields, endpoint: 'any', index: index++ };
      await seal(body);
      const batch = await lastBatch(db.pool, { target: 'local', endpoint: 'any' });
      expect(batch?.hash).toBe(batchHash(body));
      const { hash: _, ...back } = batch ?? { hash: '' };
      expect(canonicalJson(back)).toBe(canonicalJson(body));
    }),
    { numRuns: 150 },
  );
});

describe('reading', () => {
  beforeAll(async () => {
    const fences = [
      ...[
        { epoch: 3, sequence: 9 },
        { epoch: 4, sequence: 1 },
        { epoch: 4, sequence: 2 },
      ],
      ...[
        { epoch: 4, sequence: 2 },
        { epoch: 4, sequence: 3 },
        { epoch: 5, sequence: 1 },
      ],
    ];
    for (const [index, fence] of fences.entries()) await seal(batchBody(index, { endpoint: 'fenced', fence }));
  });

  test('gives the batches of one rollout in order', async () => {
    expect(await indexes('fenced')).toEqual([1, 2, 3, 4]);
  });
  test('leaves out what came under an earlier change of the route', async () => {
    expect(await indexes('fenced', { fromSequence: 2 })).toEqual([2, 3, 4]);
  });
  test('goes on from where the reader left off, so many at a time', async () => {
    expect(await indexes('fenced', { afterIndex: 1, limit: 2 })).toEqual([2, 3]);
  });
  test('finds nothing of another target or endpoint', async () => {
    expect(await indexes('unheard-of')).toEqual([]);
    expect(await lastBatch(db.pool, { target: 'prod', endpoint: 'fenced' })).toBeNull();
  });
});

describe('sealed batches', () => {
  test('are written once: repeating one changes nothing', async () => {
    await seal(batchBody(0, { endpoint: 'once' }));
    await seal(batchBody(0, { endpoint: 'once', lost: 7 }));
    expect((await read('once')).map((batch) => batch.lost)).toEqual([0]);
  });

  test('leave no gap, which a reader would take for the end', async () => {
    await seal(batchBody(5, { endpoint: 'gap' }));
    await expect(seal(batchBody(7, { endpoint: 'gap' }))).rejects.toThrow(/gap after 5/);
  });

  test('cannot stand under another index or fence than their own', async () => {
    await expect(seal(batchBody(0, { endpoint: 'liar' }), { index: 1 })).rejects.toThrow(/columns_are_the_bodys/);
    await expect(seal(batchBody(0, { endpoint: 'liar' }), { epoch: 5 })).rejects.toThrow(/columns_are_the_bodys/);
  });

  test.each([
    'UPDATE slipway.gate_batches SET hash = hash',
    'DELETE FROM slipway.gate_batches',
    'TRUNCATE slipway.gate_batches',
  ])('refuse %s', async (sql) => {
    await expect(db.pool.query(sql)).rejects.toThrow(/permission denied/);
    await expect(db.asOwner(sql)).rejects.toThrow(/append-only/);
  });

  test('that were changed all the same are named, and no verdict rests on them', async () => {
    for (const index of [0, 1, 2]) await seal(batchBody(index, { endpoint: 'changed' }));
    await db.asSuperuser(`ALTER TABLE slipway.gate_batches DISABLE TRIGGER ALL;
      UPDATE slipway.gate_batches SET body = jsonb_set(body, '{arms,0,errors}', '0') WHERE endpoint = 'changed' AND index = 1`);
    await expect(read('changed')).rejects.toThrow(BatchChanged);
    await expect(read('changed')).rejects.toThrow(/gate batch 1 of local\.changed/);
  });
});
