import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OutcomesStatus } from '../../client/outcomes/status.ts';
import { slipway } from '../client/recording-terminal.ts';
import { LABELS, PREDICTIONS, SCIKIT, TABLE } from '../gates/quality/scikit-numbers.ts';
import { useDatabase } from './database.ts';

const db = useDatabase();
const V1 = 'v1-aaaaaaaaaaaa';
const V2 = 'v2-bbbbbbbbbbbb';
const START = Date.UTC(2026, 10, 20, 8);

/** One prediction a second, labelled so many minutes later. */
async function fill(
  endpoint: string,
  version: string,
  pairs: readonly (readonly [label: unknown, prediction: unknown])[],
) {
  for (const [i, [label, prediction]] of pairs.entries()) {
    const at = new Date(START + i * 1000).toISOString();
    const id = `${version}-${i}`;
    const input = { odd: i % 2 === 1 };
    await db.pool.query(
      `INSERT INTO slipway.predictions (ts, target, endpoint, request_id, row, version, arm, role, epoch, sequence, status, latency_ms, input, prediction)
       VALUES ($1, 'local', $2, $3, 0, $4, $4, 'live', 1, 1, 200, 1, $5, $6)`,
      [at, endpoint, id, version, JSON.stringify(input), JSON.stringify(prediction)],
    );
    if (label === undefined) continue;
    const observed = new Date(START + i * 1000 + (i + 1) * 60_000).toISOString();
    await db.pool.query(`SELECT slipway.add_outcomes('local', $1, $2, ARRAY[0], ARRAY[$3::jsonb], $4)`, [
      ...[[endpoint], [id], JSON.stringify(label)],
      [observed],
    ]);
  }
}

beforeAll(async () => {
  const classes = Object.entries(TABLE).flatMap(([label, row]) =>
    Object.entries(row).flatMap(([prediction, n]) =>
      Array.from({ length: n }, () => [label, [Number(prediction)]] as const),
    ),
  );
  await fill('digits', V1, classes);
  await fill('digits', V2, [
    ['3', { label: 3 }],
    [3, 3.0],
    [undefined, 3],
    [undefined, 4],
  ]);
  await fill(
    'demand',
    V1,
    LABELS.map((label, i) => [label, PREDICTIONS[i]] as const),
  );
  await db.pool.query(
    `SELECT slipway.add_outcomes('local', ARRAY['digits'], ARRAY['nobody'], ARRAY[0], ARRAY['1'::jsonb], ARRAY[NULL::timestamptz])`,
  );
}, 120_000);
beforeEach(() => void vi.stubEnv('DATABASE_URL', db.urls.appUrl));
afterEach(() => void vi.unstubAllEnvs());

async function status(endpoint: string, ...flags: string[]): Promise<OutcomesStatus> {
  const { out, err } = await slipway(
    'outcomes',
    'status',
    endpoint,
    '--since',
    '2026-11-20T08:00:00Z',
    '--json',
    ...flags,
  );
  if (err) throw new Error(err);
  return JSON.parse(out) as OutcomesStatus;
}

describe('the state of an endpoint’s labels', () => {
  test('tells coverage and delay of each version, and the labels of unknown ids', async () => {
    const { versions, unknown } = await status('digits');
    expect(versions.map(({ version, predictions, labels }) => [version, predictions, labels])).toEqual([
      [V1, 124, 124],
      [V2, 4, 2],
    ]);
    expect(versions[1]?.delayMs).toMatchObject({ p50: 90_000 });
    expect(unknown).toMatchObject({ waiting: 1, dropped: 0 });
    const { out } = await slipway('outcomes', 'status', 'digits', '--since', '2026-11-20T08:00:00Z');
    expect(out).toMatch(/v2 +4 +2 +50 % +1m 30s/);
    expect(out).toMatch(/1 labels of ids that no prediction has/);
    expect(out).toMatch(/accuracy 80\.6 % \(72\.\d % to 86\.\d %\)/);
  });

  test('has scikit-learn’s figures for classes, counted in the database', async () => {
    const [{ quality } = { quality: null }] = (await status('digits')).versions;
    if (quality?.kind !== 'classification') throw new Error('these are classes');
    expect(quality.accuracy.value).toBeCloseTo(SCIKIT.accuracy, 12);
    expect(quality.f1.value).toBeCloseTo(SCIKIT.macro[2] ?? 0, 12);
  });

  test('takes numbers and text alike, and what is wrapped in a list or a name', async () => {
    const { quality } = (await status('digits')).versions[1] ?? {};
    expect(quality).toMatchObject({ kind: 'classification', n: 2, accuracy: { value: 1 } });
  });

  test('has scikit-learn’s figures for measurements', async () => {
    const { quality } = (await status('demand')).versions[0] ?? {};
    if (quality?.kind !== 'regression') throw new Error('these are measurements');
    const { mse, rmse, mae, r2 } = quality;
    [mse.value, rmse.value, mae.value, r2 ?? 0].forEach((value, i) =>
      expect(value).toBeCloseTo(SCIKIT.regression[i] ?? 0, 9),
    );
    expect((await slipway('outcomes', 'status', 'demand', '--since', '2026-11-20T08:00:00Z')).out).toMatch(/RMSE +\d/);
  });

  test('outlives a label that is out of all measure', async () => {
    await fill('wild', V1, [
      [1e300, 0.5],
      [1.5, 1e200],
    ]);
    const { quality } = (await status('wild')).versions[0] ?? {};
    expect(quality).toMatchObject({ kind: 'regression', n: 2 });
  });

  test('can be asked for a part of the inputs and for a window', async () => {
    const sliced = (await status('digits', '--slice', 'odd = true')).versions;
    expect(sliced[0]?.quality?.n).toBe(62);
    const early = await status('digits', '--until', '2026-11-20T08:00:02Z');
    expect(early.versions.map(({ labels }) => labels)).toEqual([2, 2]);
    const wrong = await slipway('outcomes', 'status', 'digits', '--since', '1h', '--until', '2h');
    expect(wrong).toMatchObject({ code: 2 });
  });
});
