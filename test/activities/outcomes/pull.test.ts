import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createOutcomePullActivities } from '../../../activities/outcomes.ts';
import { pull } from '../../../activities/outcomes/pull.ts';
import { SourceFailure } from '../../../activities/outcomes/source.ts';
import { planPull, type OutcomesSpec, type Pulled } from '../../../domain/outcome-pull.ts';
import { slipway } from '../../client/recording-terminal.ts';
import { useDatabase } from '../../store/database.ts';
import { depsWith } from '../../support/deps.ts';
import { freshEndpoint } from '../../support/temporal.ts';

/** The store, and beside it somebody else's database. */
const db = useDatabase();
const warehouse = useDatabase();

const V1 = 'v1-aaaaaaaaaaaa';
const V2 = 'v2-bbbbbbbbbbbb';
const QUERY = 'select request as id, label, booked as at from returns where booked > $1';

let endpoint: string;
beforeAll(async () => {
  await warehouse.asOwner(`CREATE TABLE public.returns (request text, label text, booked timestamptz, revenue float8)`);
});
afterEach(() => void vi.unstubAllEnvs());
beforeEach(async () => {
  vi.stubEnv('DATABASE_URL', db.urls.appUrl);
  endpoint = freshEndpoint();
  await warehouse.asOwner('TRUNCATE public.returns');
  for (const [i, version] of [V1, V1, V2].entries())
    await db.pool.query(
      `INSERT INTO slipway.predictions (ts, target, endpoint, request_id, row, version, arm, role, epoch, sequence, status, latency_ms, input, prediction)
       VALUES (now() - interval '1 hour', 'local', $1, $2, 0, $3, $3, 'live', 1, 1, 200, 1, '{}', '1')`,
      [endpoint, `r${i}`, version],
    );
});

/** Rows of somebody else's, so many minutes ago. */
async function booked(...rows: readonly (readonly [request: string, label: string, minutesAgo: number])[]) {
  for (const [request, label, minutes] of rows)
    await warehouse.asOwner(
      `INSERT INTO public.returns VALUES ('${request}', '${label}', now() - interval '${minutes} minutes', ${label.length})`,
    );
}

const env = () => ({
  WAREHOUSE_URL: warehouse.urls.ownerUrl,
  NOWHERE_URL: 'postgresql://localhost:1/nowhere',
  UNTRUSTED_URL: `${warehouse.urls.ownerUrl}?sslrootcert=no-such-certificate.pem`,
});
const planned = (sql: Partial<OutcomesSpec['sql']> = {}) =>
  planPull({ sql: { connectionEnv: 'WAREHOUSE_URL', query: QUERY, ...sql } });

function pulled(sql: Partial<OutcomesSpec['sql']> = {}, most?: number): Promise<Pulled> {
  const signal = new AbortController().signal;
  const options = { signal, ...(most !== undefined && { most }) };
  return pull({ pool: db.pool, env: env() }, { target: 'local', endpoint }, planned(sql), options);
}

const labels = async () =>
  (
    await db.pool.query<{ request_id: string; label: unknown; version: string | null }>(
      'SELECT request_id, label, version FROM slipway.outcomes WHERE endpoint = $1 ORDER BY request_id',
      [endpoint],
    )
  ).rows.map(({ request_id, label, version }) => [request_id, label, version]);

describe('outcomes that are read by SQL', () => {
  test('are credited to the version that served, however often they are read; unknown ids are counted and kept', async () => {
    await booked(['r0', 'cat', 30], ['r2', 'dog', 20], ['nobody', 'cat', 10]);
    expect(await pulled()).toMatchObject({ rows: 3, accepted: 3, unknown: 1, rejected: 0, more: false });
    const expected = [
      ['nobody', 'cat', null],
      ['r0', 'cat', V1],
      ['r2', 'dog', V2],
    ];
    expect(await labels()).toEqual(expected);
    expect(await pulled({ overlap: '1h' })).toMatchObject({ rows: 3, accepted: 0, repeated: 3, revised: 0 });
    expect(await labels()).toEqual(expected);
  });

  test('are read from where the last pull left off, with what was written late, and a later truth revises', async () => {
    await booked(['r0', 'cat', 30], ['r1', 'cat', 5]);
    await pulled();
    await booked(['r2', 'dog', 8], ['r0', 'dog', 0]);
    expect(await pulled()).toMatchObject({ rows: 3, accepted: 1, repeated: 1, revised: 1 });
    expect(await labels()).toEqual([
      ['r0', 'dog', V1],
      ['r1', 'cat', V1],
      ['r2', 'dog', V2],
    ]);
    expect(await pulled({ overlap: '0s' })).toMatchObject({ rows: 0 });
  });

  test('are read in portions that lose nothing and come to an end', async () => {
    await booked(['r0', 'a', 30], ['r1', 'b', 30], ['x', 'c', 30], ['r2', 'd', 20], ['y', 'e', 10]);
    await warehouse.asOwner(
      `UPDATE public.returns SET booked = (SELECT min(booked) FROM public.returns) WHERE label < 'd'`,
    );
    const rows: number[] = [];
    for (let more = true; more && rows.length < 9;) {
      const last = await pulled({ overlap: '0s' }, 2);
      rows.push(last.rows);
      more = last.more;
    }
    expect(rows).toEqual([3, 2, 0]);
    expect((await labels()).map(([id]) => id)).toEqual(['r0', 'r1', 'r2', 'x', 'y']);
  });

  test('are read to their end by a query with `>=` too, though one moment has more of them than a pull reads', async () => {
    await booked(['r0', 'a', 30], ['r1', 'a', 30], ['x', 'a', 30], ['r2', 'd', 20], ['y', 'e', 10]);
    await warehouse.asOwner(
      `UPDATE public.returns SET booked = (SELECT min(booked) FROM public.returns) WHERE label = 'a'`,
    );
    const since = { query: QUERY.replace('>', '>='), overlap: '0s' } as const;
    const rows: number[] = [];
    for (let more = true; more && rows.length < 9;) {
      const last = await pulled(since, 2);
      rows.push(last.rows);
      more = last.more;
    }
    expect(rows).toEqual([3, 3, 2, 1]);
    expect((await labels()).map(([id]) => id)).toEqual(['r0', 'r1', 'r2', 'x', 'y']);
  });

  test('are read though they are older than a pull that found nothing', async () => {
    expect(await pulled({ overlap: '1h' })).toMatchObject({ rows: 0 });
    await booked(['r0', 'cat', 120]);
    expect(await pulled({ overlap: '1h' })).toMatchObject({ rows: 1, accepted: 1 });
  });

  test('a query that gives everything again, however it is asked, is not asked again at once for ever', async () => {
    await booked(['r0', 'a', 30], ['r1', 'b', 20]);
    const greedy = {
      query: 'select request as id, label, booked as at from returns where $1::timestamptz is not null',
    };
    const first = await pulled(greedy, 1);
    expect(first).toMatchObject({ rows: 1, more: true });
    expect(await pulled(greedy, 1)).toMatchObject({ rows: 1, more: true });
    expect(await pulled(greedy, 1)).toMatchObject({ rows: 1, more: false });
  });

  test('may be rewards, of which the first value stands', async () => {
    await booked(['r0', 'four', 30]);
    const sql = { query: QUERY.replace('label', 'revenue'), rewards: ['revenue'] };
    expect(await pulled(sql)).toMatchObject({ rows: 1, accepted: 0, rewards: 1 });
    await warehouse.asOwner('UPDATE public.returns SET revenue = 9');
    expect(await pulled({ ...sql, overlap: '1h' })).toMatchObject({ rows: 1, rewards: 0 });
    const { rows } = await db.pool.query('SELECT request_id, name, value FROM slipway.rewards WHERE endpoint = $1', [
      endpoint,
    ]);
    expect(rows).toEqual([{ request_id: 'r0', name: 'revenue', value: 4 }]);
  });

  test('what cannot be taken is counted, with a reason, and keeps nothing else out', async () => {
    await booked(['r0', '', 30], ['r1', 'cat', 20]);
    expect(await pulled()).toMatchObject({ rows: 2, accepted: 1, rejected: 1, rejection: 'it has no label' });
  });
});

describe('a query that fails', () => {
  test.each([
    [
      'of a table that is not there',
      { query: 'select nothing from nowhere where $1 > 0' },
      /outcomes\.sql \(WAREHOUSE_URL\): .*nowhere/,
    ],
    ['of two statements', { query: `${QUERY}; drop table returns` }, /syntax error/],
    [
      'without a label',
      { query: 'select request as id, booked as at from returns where booked > $1' },
      /neither a column "label" nor/,
    ],
    ['without an id', { query: QUERY.replace(' as id', '') }, /gives no column "id", but request, label, at/],
    [
      'of a database that nobody named',
      { connectionEnv: 'ELSEWHERE' },
      /the worker has no environment variable ELSEWHERE/,
    ],
    [
      'of a database that is not there',
      { connectionEnv: 'NOWHERE_URL' },
      /outcomes\.sql \(NOWHERE_URL\): .*ECONNREFUSED/,
    ],
    [
      'with a certificate that is not there',
      { connectionEnv: 'UNTRUSTED_URL' },
      /outcomes\.sql \(UNTRUSTED_URL\): .*ENOENT/,
    ],
    [
      'that takes too long',
      { query: `select pg_sleep(9)::text as id, 1 as label, $1::timestamptz as at`, timeout: '50ms' },
      /statement timeout/,
    ],
    [
      'that writes',
      { query: "select set_config('x.y', '1', true) as id, nextval('s') as label, $1::timestamptz as at" },
      /read-only/,
    ],
  ] as const)('%s says why', async (_, sql, why) => {
    await warehouse.asOwner('CREATE SEQUENCE IF NOT EXISTS public.s');
    await booked(['r0', 'cat', 30]);
    const attempt = pulled(sql);
    await expect(attempt).rejects.toThrow(SourceFailure);
    await expect(attempt).rejects.toThrow(why);
    expect(await warehouse.asOwner('SELECT count(*)::int AS n FROM public.returns')).toEqual([{ n: 1 }]);
  });

  test('is an answer and no retry, shown in the status, and over with the next that does not', async () => {
    const activities = createOutcomePullActivities(depsWith({ pool: db.pool, env: env() }));
    const run = (sql: Partial<OutcomesSpec['sql']>) =>
      new MockActivityEnvironment().run(activities.pullOutcomes, { target: 'local', endpoint, plan: planned(sql) });
    expect(await run({ query: 'select $1' })).toEqual({
      error: expect.stringMatching(/gives no column "id"/) as string,
    });
    expect(await status()).toMatch(
      /1 times in a row nothing could be read by SQL, last .*: outcomes\.sql \(WAREHOUSE_URL\)/,
    );
    await booked(['r0', 'cat', 30], ['nobody', 'cat', 20], ['r1', '', 20]);
    expect(await run({})).toMatchObject({ pulled: { rows: 3, accepted: 2 } });
    const shown = await status();
    expect(shown).toMatch(/read by SQL .*: 3 rows, 2 new labels, 1 of ids that no prediction has/);
    expect(shown).toMatch(/1 rows were rejected, the first since it has no label/);
    expect(shown).not.toMatch(/in a row/);
  });

  async function status(): Promise<string> {
    const { out, err } = await slipway('outcomes', 'status', endpoint);
    expect(err).toBe('');
    return out;
  }
});
