import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GENESIS, ledgerHash, type LedgerRow } from '../../activities/store/ledger-hash.ts';
import { anchorOf, ChainCheck, type LedgerAnchor, type LedgerCheck } from '../../activities/store/verify-ledger.ts';
import { entry } from './samples.ts';

const word = fc.string({ minLength: 1, maxLength: 8 });
const detail = fc.dictionary(word, fc.oneof(word, fc.integer(), fc.constant(null)), { maxKeys: 3 });
const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
const content = fc.record({
  key: word,
  step: fc.option(word),
  detail,
  effectiveAt: moment.map((at) => at.toISOString()),
});

/** A chain of 2 to 8 rows, as the store writes it. */
const chain = fc
  .array(content, { minLength: 2, maxLength: 8 })
  .map((contents) => linked(contents.map((c) => entry(c.key, c))));

function linked(entries: readonly ReturnType<typeof entry>[]): LedgerRow[] {
  const rows: LedgerRow[] = [];
  for (const each of entries) {
    const fields = {
      ...each,
      seq: rows.length + 1,
      recordedAt: '2026-05-01T12:00:01.000Z',
      prevHash: rows.at(-1)?.hash ?? GENESIS,
    };
    rows.push({ ...fields, hash: ledgerHash(fields) });
  }
  return rows;
}

/** What the check says of rows as a database would hand them out: in the order of their numbers. */
function check(rows: readonly LedgerRow[], anchors: readonly LedgerAnchor[]): LedgerCheck {
  const chained = new ChainCheck(anchors);
  for (const row of rows.toSorted((a, b) => a.seq - b.seq)) {
    const fault = chained.next(row);
    if (fault) return fault;
  }
  return chained.end();
}

const headOf = (rows: readonly LedgerRow[]) => rows.slice(-1).map(anchorOf);

/** One change of one column, to something else than was there. */
const CHANGES: Readonly<Record<string, (row: LedgerRow) => Partial<LedgerRow>>> = {
  key: ({ key }) => ({ key: `${key}!` }),
  target: () => ({ target: 'elsewhere' }),
  endpoint: () => ({ endpoint: 'another' }),
  rolloutId: () => ({ rolloutId: 'local.digits.2' }),
  rolloutSequence: ({ rolloutSequence }) => ({ rolloutSequence: rolloutSequence + 1 }),
  effectiveAt: ({ effectiveAt }) => ({ effectiveAt: new Date(Date.parse(effectiveAt) + 1).toISOString() }),
  recordedAt: ({ recordedAt }) => ({ recordedAt: new Date(Date.parse(recordedAt) - 1).toISOString() }),
  actor: () => ({ actor: { name: 'nobody', proof: 'system' } }),
  proof: ({ actor }) => ({ actor: { ...actor, proof: 'token' } }),
  stage: () => ({ stage: 'soak' }),
  step: ({ step }) => ({ step: step === null ? 'canary-10' : null }),
  reason: () => ({ reason: 'Promoted' }),
  detail: ({ detail: old }) => ({ detail: { ...old, ['more than eight']: 1 } }),
  evidence: () => ({ evidence: { decision: 'pass' } }),
  prevHash: () => ({ prevHash: `sha256:${'1'.repeat(64)}` }),
  hash: () => ({ hash: `sha256:${'1'.repeat(64)}` }),
};

test('a chain left alone is intact', () => {
  fc.assert(fc.property(chain, (rows) => check(rows, headOf(rows)).intact));
});

test('any change of any column of any row is found, at that row or at the next', () => {
  const names = fc.constantFrom(...Object.keys(CHANGES));
  fc.assert(
    fc.property(chain, names, fc.nat(), (rows, name, at) => {
      const place = at % rows.length;
      const changed = rows.map((row, index) => (index === place ? { ...row, ...CHANGES[name]?.(row) } : row));
      const found = check(changed, headOf(rows));
      expect(found.intact).toBe(false);
      if (!found.intact) expect([place + 1, place + 2]).toContain(found.seq);
    }),
    { numRuns: 500 },
  );
});

test('any row taken out is found, and so is any number of rows cut off the end', () => {
  fc.assert(
    fc.property(chain, fc.nat(), fc.boolean(), (rows, at, wholeTail) => {
      const place = at % rows.length;
      const left = rows.filter((_, index) => (wholeTail ? index < place : index !== place));
      expect(check(left, headOf(rows))).toMatchObject({ intact: false, seq: place + 1 });
    }),
  );
});

test('any two rows that change places are found', () => {
  fc.assert(
    fc.property(chain, fc.nat(), fc.nat(), (rows, a, b) => {
      const [i, j] = [a % rows.length, b % rows.length];
      fc.pre(i !== j);
      const moved = rows.map((row, index) =>
        index === i ? { ...row, seq: j + 1 } : index === j ? { ...row, seq: i + 1 } : row,
      );
      expect(check(moved, headOf(rows))).toMatchObject({ intact: false, seq: Math.min(i, j) + 1 });
    }),
  );
});

test('a row slipped in between is found', () => {
  fc.assert(
    fc.property(chain, content, fc.nat(), (rows, extra, at) => {
      const place = at % rows.length;
      const [slipped] = linked([entry(extra.key, extra)]);
      const behind = rows.slice(place).map((row) => ({ ...row, seq: row.seq + 1 }));
      const forged = { ...(slipped as LedgerRow), seq: place + 1, prevHash: rows[place - 1]?.hash ?? GENESIS };
      const more = [...rows.slice(0, place), { ...forged, hash: ledgerHash(forged) }, ...behind];
      expect(check(more, headOf(rows)).intact).toBe(false);
    }),
  );
});

test('a ledger written anew from any row on, with hashes that fit, is found by the head that was noted', () => {
  fc.assert(
    fc.property(chain, fc.nat(), (rows, at) => {
      const place = at % rows.length;
      const entries = rows.map((row, index) => (index === place ? { ...row, reason: 'Held' as const } : row));
      const anew = linked(entries);
      expect(check(anew, []).intact).toBe(true);
      expect(check(anew, headOf(rows))).toMatchObject({ intact: false, fault: 'rewritten' });
    }),
  );
});
