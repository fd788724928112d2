import { beforeEach, describe, expect, test } from 'vitest';
import { appendLedger } from '../../activities/store/ledger.ts';
import { ledgerHash } from '../../activities/store/ledger-hash.ts';
import type { LedgerRow } from '../../activities/store/ledger-hash.ts';
import { anchorOf, formatAnchor, parseAnchor, verifyLedger } from '../../activities/store/verify-ledger.ts';
import { useDatabase } from './database.ts';
import { DIGITS, entry } from './samples.ts';

const db = useDatabase();

const CHANGES = {
  UPDATE: `UPDATE slipway.ledger SET detail = '{}'`,
  'UPDATE that matches no row': `UPDATE slipway.ledger SET detail = '{}' WHERE seq = 0`,
  DELETE: 'DELETE FROM slipway.ledger',
  TRUNCATE: 'TRUNCATE slipway.ledger',
  'INSERT that overwrites': `INSERT INTO slipway.ledger SELECT * FROM slipway.ledger
    ON CONFLICT (target, endpoint, seq) DO UPDATE SET detail = '{}'`,
};

describe.each(Object.entries(CHANGES))('%s', (_name, sql) => {
  test('is refused to the application', async () => {
    await expect(db.pool.query(sql)).rejects.toThrow(/permission denied/);
  });

  test('is refused to the owner', async () => {
    await expect(db.asOwner(sql)).rejects.toThrow(/append-only/);
  });

  test('is refused to a superuser in replication mode', async () => {
    await expect(db.asSuperuser(`SET session_replication_role = replica; ${sql}`)).rejects.toThrow(/append-only/);
  });
});

describe('a row written past the code', () => {
  const insert = (seq: string, prevHash: string, recordedAt = 'clock_timestamp()') =>
    db.pool.query(`INSERT INTO slipway.ledger
      SELECT target, endpoint, ${seq}, rollout_id, rollout_seq, 'forged', effective_at, ${recordedAt}, actor, actor_proof, stage,
        step, reason, detail, evidence, ${prevHash}, hash
      FROM slipway.ledger WHERE endpoint = 'digits' ORDER BY seq DESC LIMIT 1`);
  beforeEach(() => appendLedger(db.pool, [entry('honest')]));

  test('is refused when it leaves a gap', () => expect(insert('seq + 2', 'hash')).rejects.toThrow(/does not follow/));
  test('is refused when it does not name the hash before', () =>
    expect(insert('seq + 1', 'prev_hash')).rejects.toThrow(/does not follow/));
  test('is refused when it dates itself back', () =>
    expect(insert('seq + 1', 'hash', `now() - interval '1 day'`)).rejects.toThrow(/recorded_at/));
});

describe('verification', () => {
  let rows: LedgerRow[];
  let place: { target: string; endpoint: string };
  let serial = 0;
  beforeEach(async () => {
    place = { ...DIGITS, endpoint: `tampered-${++serial}` };
    rows = await appendLedger(
      db.pool,
      ['1', '2', '3', '4', '5'].map((key) => entry(key, place)),
    );
  });

  const tamper = (change: string) =>
    db.asSuperuser(`BEGIN; ALTER TABLE slipway.ledger DISABLE TRIGGER ALL;
      ${change.replaceAll('LEDGER', 'slipway.ledger').replaceAll('<place>', `endpoint = '${place.endpoint}'`)};
      ALTER TABLE slipway.ledger ENABLE TRIGGER ALL; ALTER TABLE slipway.ledger ENABLE ALWAYS TRIGGER ledger_append_only; COMMIT`);
  const anchors = () => rows.slice(-1).map(anchorOf);

  test('finds nothing wrong with a chain left alone', async () => {
    const head = anchors()[0];
    expect(await verifyLedger(db.pool, place, { anchors: anchors(), pageSize: 2 })).toEqual({
      intact: true,
      rows: 5,
      head,
    });
  });

  test.each([
    [`reason = 'GateFailed'`],
    [`detail = '{"weight": 1001}'`],
    [`actor = 'nobody'`],
    [`effective_at = effective_at - interval '1 second'`],
    [`recorded_at = recorded_at - interval '1 second'`],
    [`step = NULL`],
  ])('names a row whose %s', async (change) => {
    await tamper(`UPDATE LEDGER SET ${change} WHERE <place> AND seq = 3`);
    expect(await verifyLedger(db.pool, place, { pageSize: 2 })).toMatchObject({
      intact: false,
      fault: 'changed',
      seq: 3,
    });
  });

  test('names the place of a row taken out', async () => {
    await tamper('DELETE FROM LEDGER WHERE <place> AND seq = 2');
    expect(await verifyLedger(db.pool, place)).toMatchObject({ intact: false, fault: 'missing', seq: 2 });
  });

  test('names the row behind one whose hash was made to fit its change', async () => {
    const third = rows[2] as LedgerRow;
    const forged = ledgerHash({ ...third, detail: {} });
    await tamper(`UPDATE LEDGER SET detail = '{}', hash = '${forged}' WHERE <place> AND seq = 3`);
    expect(await verifyLedger(db.pool, place)).toMatchObject({ intact: false, fault: 'unchained', seq: 4 });
  });

  test('finds a cut tail by its anchor, and only by it', async () => {
    await tamper('DELETE FROM LEDGER WHERE <place> AND seq > 3');
    expect(await verifyLedger(db.pool, place)).toMatchObject({ intact: true, rows: 3 });
    expect(await verifyLedger(db.pool, place, { anchors: anchors() })).toMatchObject({
      intact: false,
      fault: 'cut',
      seq: 4,
    });
  });

  test('finds a whole ledger gone by its anchor', async () => {
    await tamper('DELETE FROM LEDGER WHERE <place>');
    expect(await verifyLedger(db.pool, place, { anchors: anchors() })).toMatchObject({
      intact: false,
      fault: 'cut',
      seq: 1,
    });
  });

  test('finds a tail written anew by its anchor', async () => {
    await tamper('DELETE FROM LEDGER WHERE <place> AND seq = 5');
    await appendLedger(db.pool, [entry('5', { ...place, reason: 'Promoted' })]);
    expect(await verifyLedger(db.pool, place)).toMatchObject({ intact: true });
    expect(await verifyLedger(db.pool, place, { anchors: anchors() })).toMatchObject({ fault: 'rewritten', seq: 5 });
  });
});

test('an anchor survives being a tag', () => {
  const anchor = { seq: 12, hash: `sha256:${'ab'.repeat(32)}` };
  expect(parseAnchor(formatAnchor(anchor))).toEqual(anchor);
  expect(parseAnchor('12')).toBeNull();
});
