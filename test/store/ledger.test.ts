import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appendLedger, lastLedgerRow, readLedger } from '../../activities/store/ledger.ts';
import { GENESIS, ledgerHash } from '../../activities/store/ledger-hash.ts';
import { verifyLedger } from '../../activities/store/verify-ledger.ts';
import { useDatabase } from './database.ts';
import { DIGITS, entry } from './samples.ts';

const db = useDatabase();

test('stays gap-free and chained under 8 concurrent writers', async () => {
  const place = { target: 'local', endpoint: 'busy' };
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let i = 0; i < 6; i++) await appendLedger(db.pool, [entry(`${writer}:${i}`, place)]);
  });
  await Promise.all(writers);

  const rows = await readLedger(db.pool, place);
  expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 48 }, (_, i) => i + 1));
  expect(await verifyLedger(db.pool, place, { pageSize: 7 })).toMatchObject({ intact: true, rows: 48 });
});

test('a repeated key writes nothing and returns the row that is there', async () => {
  const [first] = await appendLedger(db.pool, [entry('once')]);
  const [again] = await appendLedger(db.pool, [entry('once', { effectiveAt: '2030-01-01T00:00:00Z', detail: {} })]);

  expect(again).toEqual(first);
  expect((await readLedger(db.pool, DIGITS)).filter((row) => row.key === 'once')).toHaveLength(1);
});

test('racing attempts to write one key leave one row', async () => {
  const attempts = Array.from({ length: 6 }, () => appendLedger(db.pool, [entry('raced'), entry('raced-too')]));
  const written = await Promise.all(attempts);

  expect(new Set(written.map((rows) => JSON.stringify(rows))).size).toBe(1);
});

test('a key twice in one call is one row', async () => {
  const [a, b] = await appendLedger(db.pool, [entry('twin'), entry('twin')]);

  expect(a).toEqual(b);
});

test('entries of one call are written all or none', async () => {
  const before = await lastLedgerRow(db.pool, DIGITS);
  const bad = entry('bad', { actor: { name: 'eve', proof: 'believed' as 'token' } });

  await expect(appendLedger(db.pool, [entry('good'), bad])).rejects.toThrow(/actor_proof/);
  expect(await lastLedgerRow(db.pool, DIGITS)).toEqual(before);
});

test('the first row follows the genesis hash, and every endpoint has a chain of its own', async () => {
  const [a, b] = await appendLedger(db.pool, [entry('a', { endpoint: 'one' }), entry('b', { endpoint: 'two' })]);

  expect([a?.seq, b?.seq]).toEqual([1, 1]);
  expect([a?.prevHash, b?.prevHash]).toEqual([GENESIS, GENESIS]);
});

test('calls that touch the same endpoints in opposite order do not wait for each other for ever', async () => {
  const one = { endpoint: 'left' };
  const two = { endpoint: 'right' };
  const calls = Array.from({ length: 10 }, (_, i) => {
    const pair = [entry(`${i}`, one), entry(`${i}`, two)];
    return appendLedger(db.pool, i % 2 ? pair : pair.toReversed());
  });

  expect((await Promise.all(calls)).flat()).toHaveLength(20);
});

test('recorded time is the database’s and effective time the caller’s', async () => {
  const [row] = await appendLedger(db.pool, [entry('late', { effectiveAt: '2020-02-29T23:59:59.999+02:00' })]);

  expect(row?.effectiveAt).toBe('2020-02-29T21:59:59.999Z');
  expect(Date.parse(row?.recordedAt ?? '')).toBeGreaterThan(Date.parse('2024-01-01'));
});

test('rows of one rollout can be read by themselves, on from where a reader left off', async () => {
  const place = { endpoint: 'paged' };
  const ours = { ...place, rolloutId: 'local.paged.2' };
  await appendLedger(db.pool, [entry('1', place), entry('2', ours), entry('3', ours), entry('4', ours)]);

  const keys = async (range: { afterSeq?: number; limit?: number }) =>
    (await readLedger(db.pool, { target: 'local', ...place }, { rolloutId: ours.rolloutId, ...range })).map(
      (r) => r.key,
    );
  expect(await keys({})).toEqual(['2', '3', '4']);
  expect(await keys({ afterSeq: 2, limit: 1 })).toEqual(['3']);
});

describe('what is read back has the hash that was written', () => {
  test('for any detail and evidence', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.jsonValue(),
        async (detail, evidence) => {
          const [row] = await appendLedger(db.pool, [entry(`any:${count++}`, { endpoint: 'any', detail, evidence })]);
          const read = await lastLedgerRow(db.pool, { target: 'local', endpoint: 'any' });
          expect(read?.hash).toBe(row?.hash);
          expect(read && ledgerHash(read)).toBe(row?.hash);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('for text that PostgreSQL cannot hold, which is written with U+FFFD in its place', async () => {
    const [row] = await appendLedger(db.pool, [
      entry('odd', {
        actor: { name: 'a\0b', proof: 'asserted' },
        detail: { message: 'half \ud800 pair', '\0': [undefined] },
      }),
    ]);

    expect(await lastLedgerRow(db.pool, DIGITS)).toEqual(row);
    expect(row?.actor.name).toBe('a\uFFFDb');
  });

  test('for an entry that lacks what may be absent, or carries more than a row holds', async () => {
    const { evidence: _, ...lean } = entry('lean');
    const [row] = await appendLedger(db.pool, [{ ...lean, surplus: 1 } as unknown as ReturnType<typeof entry>]);

    expect(await lastLedgerRow(db.pool, DIGITS)).toEqual(row);
  });
});
