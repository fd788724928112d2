import { beforeEach, describe, expect, test } from 'vitest';
import { dropExpired, ensurePartitions, forgetUser } from '../../activities/evidence/retention.ts';
import { useDatabase } from './database.ts';
import { DIGITS } from './samples.ts';

const db = useDatabase();
const DAY_MS = 86_400_000;

interface Prediction {
  readonly id: string;
  readonly daysAgo?: number;
  readonly user?: string | null;
  readonly role?: 'live' | 'shadow';
  readonly endpoint?: string;
}

const at = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS).toISOString();
const partition = (daysAgo: number) => `predictions_${at(daysAgo).slice(0, 10).replaceAll('-', '')}`;

async function predict({
  id,
  daysAgo = 0,
  user = null,
  role = 'live',
  endpoint = 'digits',
}: Prediction): Promise<void> {
  await db.pool.query(
    `INSERT INTO slipway.predictions
       (ts, target, endpoint, request_id, row, version, arm, role, epoch, sequence, user_id, status, latency_ms, input, prediction)
     VALUES ($1, 'local', $2, $3, 0, 'v1', 'v1', $4, 1, 1, $5, 200, 12.5, '{}', '1')`,
    [at(daysAgo), endpoint, id, role, user],
  );
}

async function label(id: string): Promise<void> {
  await db.pool.query(
    `INSERT INTO slipway.outcomes (target, endpoint, request_id, label) VALUES ('local', 'digits', $1, '7')`,
    [id],
  );
}

const ids = async (table: string) =>
  (await db.asSuperuser(`SELECT request_id FROM slipway.${table} ORDER BY 1`)).map((row) => row['request_id']);
const makePartition = (daysAgo: number) =>
  db.asOwner(`CREATE TABLE slipway.${partition(daysAgo)} PARTITION OF slipway.predictions
    FOR VALUES FROM ('${at(daysAgo).slice(0, 10)} 00:00+00') TO ('${at(daysAgo - 1).slice(0, 10)} 00:00+00')`);
const exists = async (table: string) =>
  (await db.asSuperuser(`SELECT to_regclass('slipway.${table}') IS NOT NULL AS here`))[0]?.['here'];

beforeEach(() => db.asSuperuser('TRUNCATE slipway.predictions, slipway.outcomes CASCADE'));

describe('partitions', () => {
  test('are there for today and the two days after, and making them again does nothing', async () => {
    await Promise.all([ensurePartitions(db.pool), ensurePartitions(db.pool)]);
    await predict({ id: 'now' });
    await predict({ id: 'in-two-days', daysAgo: -2 });
    expect(await ids(partition(0))).toEqual(['now']);
    expect(await ids(partition(-2))).toEqual(['in-two-days']);
  });

  test('of other days are not needed: such rows are kept by default', async () => {
    await predict({ id: 'clock-is-wrong', daysAgo: -400 });
    expect(await ids('predictions_default')).toEqual(['clock-is-wrong']);
  });

  test('take over the rows that came before them', async () => {
    await db.asSuperuser(`DROP TABLE slipway.${partition(-1)}`);
    await predict({ id: 'early', daysAgo: -1 });
    await predict({ id: 'elsewhere', daysAgo: 30 });
    await ensurePartitions(db.pool);
    expect(await ids(partition(-1))).toEqual(['early']);
    expect(await ids('predictions_default')).toEqual(['elsewhere']);
  });
});

describe('retention', () => {
  test('deletes what is older than its days and counts it', async () => {
    await predict({ id: 'old', daysAgo: 31 });
    await predict({ id: 'young', daysAgo: 29 });
    expect(await dropExpired(db.pool, DIGITS, 30)).toBe(1);
    expect(await ids('predictions')).toEqual(['young']);
  });

  test('drops a day’s partition whole when nothing else is in it', async () => {
    await makePartition(40);
    await predict({ id: 'a', daysAgo: 40 });
    await predict({ id: 'b', daysAgo: 40 });
    expect(await dropExpired(db.pool, DIGITS, 30)).toBe(2);
    expect(await exists(partition(40))).toBe(false);
  });

  test('leaves other endpoints’ predictions of the same day alone', async () => {
    await makePartition(41);
    await predict({ id: 'ours', daysAgo: 41 });
    await predict({ id: 'theirs', daysAgo: 41, endpoint: 'other' });
    expect(await dropExpired(db.pool, DIGITS, 30)).toBe(1);
    expect(await ids('predictions')).toEqual(['theirs']);
  });

  test('deletes old labels too', async () => {
    await label('old');
    await db.asSuperuser(`UPDATE slipway.outcomes SET received_at = now() - interval '31 days'`);
    await label('young');
    await dropExpired(db.pool, DIGITS, 30);
    expect(await ids('outcomes')).toEqual(['young']);
  });

  test('of a negative number of days is refused', async () => {
    await expect(dropExpired(db.pool, DIGITS, -1)).rejects.toThrow(/number of days/);
  });
});

describe('labels of unknown ids', () => {
  const age = (id: string, days: number) =>
    db.asSuperuser(
      `UPDATE slipway.outcomes SET received_at = now() - interval '${days} days' WHERE request_id = '${id}'`,
    );
  const dropped = async () =>
    (await db.asSuperuser('SELECT endpoint, dropped FROM slipway.unknown_outcomes')).map((row) => ({ ...row }));

  test('are dropped and counted after their days, also those of an endpoint that nobody has', async () => {
    await label('old');
    await db.pool.query(
      `INSERT INTO slipway.outcomes (target, endpoint, request_id, label) VALUES ('local', 'digist', 'typo', '7')`,
    );
    await label('young');
    await age('old', 8);
    await age('typo', 8);
    const drop = () => db.pool.query(`SELECT slipway.drop_unknown('local', 7) AS gone`);
    expect((await drop()).rows).toEqual([{ gone: '2' }]);
    expect(await ids('outcomes')).toEqual(['young']);
    expect(await dropped()).toEqual(
      expect.arrayContaining([
        { endpoint: 'digits', dropped: '1' },
        { endpoint: 'digist', dropped: '1' },
      ]),
    );
  });

  test('stay when their prediction is known, however old they are', async () => {
    await label('known');
    await db.asSuperuser(`UPDATE slipway.outcomes SET served_at = now()`);
    await age('known', 20);
    await db.pool.query(`SELECT slipway.drop_unknown('local', 7)`);
    expect(await ids('outcomes')).toEqual(['known']);
  });
});

describe('forgetting a user', () => {
  test('deletes predictions, their shadows and labels, and nothing of anybody else', async () => {
    await predict({ id: 'r1', user: 'ann' });
    await predict({ id: 'r1', role: 'shadow' });
    await predict({ id: 'r2', user: 'ann', daysAgo: 3 });
    await predict({ id: 'r3', user: 'bob' });
    await predict({ id: 'r4', user: 'ann', endpoint: 'other' });
    await label('r1');
    await label('r3');

    expect(await forgetUser(db.pool, DIGITS, 'ann')).toBe(3);
    expect(await ids('predictions')).toEqual(['r3', 'r4']);
    expect(await ids('outcomes')).toEqual(['r3']);
    expect(await forgetUser(db.pool, DIGITS, 'ann')).toBe(0);
  });

  test('keeps another user’s prediction under the same request id', async () => {
    await predict({ id: 'same', user: 'ann' });
    await predict({ id: 'same', user: 'bob' });
    expect(await forgetUser(db.pool, DIGITS, 'ann')).toBe(1);
    expect(await ids('predictions')).toEqual(['same']);
  });
});

describe('the application', () => {
  test.each([
    'DELETE FROM slipway.predictions',
    'UPDATE slipway.predictions SET status = 200',
    `UPDATE slipway.outcomes SET label = '1'`,
    'DELETE FROM slipway.outcomes',
    'DELETE FROM slipway.outcome_revisions',
    `INSERT INTO slipway.unknown_outcomes VALUES ('local', 'digits', 0, now())`,
    'CREATE TABLE slipway.mine (x int)',
  ])('may not %s', async (sql) => {
    await expect(db.pool.query(sql)).rejects.toThrow(/permission denied/);
  });

  test('may credit a label to the version that served', async () => {
    await label('r1');
    await db.pool.query(`UPDATE slipway.outcomes SET version = 'v1', correct = true, batch_index = 3`);
  });
});
