import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { tagVersion } from '../../activities/registry/tags.ts';
import { appendLedger } from '../../activities/store/ledger.ts';
import type { LedgerRow } from '../../activities/store/ledger-hash.ts';
import { anchorOf, formatAnchor } from '../../activities/store/verify-ledger.ts';
import { wholeRoute } from '../../domain/route.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { register } from '../activities/registry/register.ts';
import { slipway } from '../client/recording-terminal.ts';
import { startMlflow, type MlflowServer } from '../mlflow/support/mlflow-server.ts';
import { useDatabase } from '../store/database.ts';
import { DIGITS, entry } from '../store/samples.ts';

const db = useDatabase();
let server: MlflowServer;
let mlflow: MlflowClient;
let serial = 0;

beforeAll(async () => {
  server = await startMlflow();
  mlflow = new MlflowClient({ trackingUri: server.uri });
}, 120_000);
afterAll(() => server?.stop());

beforeEach(() => {
  vi.stubEnv('DATABASE_URL', db.urls.appUrl);
  vi.stubEnv('MLFLOW_TRACKING_URI', server.uri);
});

/** A ledger of five rows whose fourth is noted in the registry, as the end of a rollout notes it; the fifth came later. */
async function endedRollout(): Promise<{ place: typeof DIGITS; rows: LedgerRow[]; version: string }> {
  const place = { ...DIGITS, endpoint: `audited-${++serial}` };
  const rows = await appendLedger(
    db.pool,
    ['1', '2', '3', '4', '5'].map((key) =>
      entry(key, { ...place, detail: { route: wholeRoute('v1-aaaaaaaaaaaa'), fence: '1.1' } }),
    ),
  );
  const { version } = await register(mlflow, 'digits', { MLmodel: 'flavors: {}\n' });
  const head = rows[3] as LedgerRow;
  await tagVersion(
    mlflow,
    { model: 'digits', version },
    { 'slipway.endpoint': `local/${place.endpoint}`, 'slipway.ledger_head': formatAnchor(anchorOf(head)) },
  );
  return { place, rows, version };
}

function tamper(sql: string): Promise<unknown> {
  return db.asSuperuser(`BEGIN; ALTER TABLE slipway.ledger DISABLE TRIGGER ALL; ${sql};
    ALTER TABLE slipway.ledger ENABLE TRIGGER ALL; ALTER TABLE slipway.ledger ENABLE ALWAYS TRIGGER ledger_append_only; COMMIT`);
}

test('a ledger as it was written passes, and says how far the registry vouches for it', async () => {
  const { place } = await endedRollout();
  expect(await slipway('audit', 'verify', place.endpoint)).toEqual({
    code: 0,
    out: `✓ local/${place.endpoint}: 5 rows, unbroken; the registry vouches for rows 1 to 4\n`,
    err: '',
  });
});

test.each([
  ['changed', `UPDATE slipway.ledger SET actor = 'nobody' WHERE seq = 2`, 'row 2 was changed after it was written'],
  ['removed', 'DELETE FROM slipway.ledger WHERE seq = 3', 'row 3 is missing, row 4 comes next'],
  [
    'moved',
    'UPDATE slipway.ledger SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3); UPDATE slipway.ledger SET seq = -seq WHERE seq < 0',
    'row 2 was changed after it was written',
  ],
  ['cut off', 'DELETE FROM slipway.ledger WHERE seq >= 3', 'the ledger ends at row 2 and row 4 was anchored'],
  ['gone', 'DELETE FROM slipway.ledger', 'the ledger ends at row 0 and row 4 was anchored'],
])('rows that were %s are named, and the command ends with 1', async (_what, sql, detail) => {
  const { place } = await endedRollout();
  const here = `endpoint = '${place.endpoint}' AND`;
  await tamper(
    `ALTER TABLE slipway.ledger DROP CONSTRAINT IF EXISTS ledger_seq_check; ${sql.replaceAll('WHERE', `WHERE ${here}`).replace(/ledger$/, `ledger WHERE ${here} true`)}`,
  );
  expect(await slipway('audit', 'verify', place.endpoint)).toEqual({
    code: 1,
    out: `✗ local/${place.endpoint}: ${detail}\n`,
    err: '',
  });
  const all = await slipway('audit', 'verify', '--all', '--json');
  const { intact, ledgers } = JSON.parse(all.out) as {
    intact: boolean;
    ledgers: { endpoint: string; check: unknown }[];
  };
  expect([all.code, intact]).toEqual([1, false]);
  expect(ledgers.find(({ endpoint }) => endpoint === place.endpoint)?.check).toMatchObject({ intact: false, detail });
});

test('a head that was changed in the registry is found', async () => {
  const { place, version } = await endedRollout();
  await mlflow.modelVersions.setTag({ name: 'digits', version }, 'slipway.ledger_head', 'never mind');
  expect(await slipway('audit', 'verify', place.endpoint)).toMatchObject({
    code: 1,
    out: `✗ local/${place.endpoint}: the tag slipway.ledger_head of digits version ${version} was changed\n`,
  });
});

test('without the registry the chain is still computed, and the command does not pass it', async () => {
  const { place } = await endedRollout();
  vi.stubEnv('MLFLOW_TRACKING_URI', 'http://127.0.0.1:9');
  const { code, out } = await slipway('audit', 'verify', place.endpoint);
  expect(code).toBe(1);
  expect(out).toContain('5 rows, unbroken');
  expect(out).toContain('✗ the registry could not be asked, so a cut-off end would not show: ');
});

test('what served at a time is told from the ledger', async () => {
  const { place } = await endedRollout();
  const { code, out } = await slipway('audit', 'at', '2026-05-01T13:00:00Z', place.endpoint, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    ...place,
    at: '2026-05-01T13:00:00.000Z',
    serving: { arms: [{ version: 'v1-aaaaaaaaaaaa', weight: 10_000 }], since: { rolloutId: 'local.digits.1' } },
  });
  expect(await slipway('audit', 'at', '2020-01-01T00:00:00Z', place.endpoint)).toMatchObject({
    code: 1,
    out: expect.stringContaining('its ledger begins at 2026-05-01T12:00:00.123Z') as string,
  });
});

test.each([
  [['verify'], 'name an endpoint, or all with --all'],
  [['verify', 'digits', '--all'], 'name an endpoint, or all with --all'],
  [['at', 'yesterday', 'digits'], 'It must be a day and a time'],
])('audit %j is refused with what to write instead', async (args, message) => {
  const { code, err } = await slipway('audit', ...args);
  expect(code).toBe(2);
  expect(err).toContain(message);
});
