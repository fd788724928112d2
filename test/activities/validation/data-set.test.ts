import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataSet, type DataSet, type RowBatch } from '../../../activities/validation/data-set.ts';
import { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';

let folder: string;
// Nothing here is an artifact, so the registry is never asked.
const mlflow = new MlflowClient({ trackingUri: 'http://127.0.0.1:9' });
const ROWS = 137;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-test-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`
    CREATE TABLE t AS
    SELECT i AS id, i * 0.5 AS amount, 'user ' || (i % 7) AS "the user", i % 3 = 0 AS label, date '2026-01-01' + i::INT AS day
    FROM range(${ROWS}) r(i)`);
  for (const ending of ['csv', 'jsonl', 'parquet']) {
    await connection.run(`COPY t TO '${join(folder, `set.${ending}`)}' ${ending === 'csv' ? '(HEADER)' : ''}`);
  }
  connection.closeSync();
  instance.closeSync();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Wanted {
  label?: string;
  exclude?: string[];
  maxRows?: number | null;
  slices?: { name: string; where: string; margin: number }[];
}

function load(name: string, { label = 'label', exclude = [], maxRows = null, slices = [] }: Wanted = {}) {
  return loadDataSet(mlflow, { source: join(folder, name), label, exclude, maxRows, slices });
}

async function write(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return name;
}

async function allRows(data: DataSet, size: number) {
  const batches: RowBatch[] = [];
  for await (const batch of data.batches(size)) batches.push(batch);
  await data.close();
  return { rows: batches.flatMap((batch) => batch.data), firsts: batches.map(({ first }) => first) };
}

const slice = (name: string, where: string) => ({ name, where, margin: 0.05 });

describe.each(['set.csv', 'set.jsonl', 'set.parquet'])('%s', (name) => {
  it('gives labels and features in the order of the file, batch by batch', async () => {
    const data = await load(name, { exclude: ['id'] });
    expect(data.rows).toBe(ROWS);
    expect(data.features).toEqual(['amount', 'the user', 'day']);
    expect([...data.decimals]).toEqual(['amount']);
    expect(data.labels.slice(0, 4)).toEqual([true, false, false, true]);
    const { rows, firsts } = await allRows(data, 50);
    expect(firsts).toEqual([0, 50, 100]);
    expect(rows).toHaveLength(ROWS);
    expect(rows[3]).toEqual([1.5, 'user 3', '2026-01-04T00:00:00.000Z']);
    expect(rows.map(([amount]) => amount)).toEqual(Array.from({ length: ROWS }, (_, i) => i / 2));
  });

  it('takes at most maxRows, evenly over the whole file, the same ones each time', async () => {
    const data = await load(name, { maxRows: 10 });
    expect([data.rows, data.rowsInFile, data.labels.length]).toEqual([10, ROWS, 10]);
    const { rows } = await allRows(data, 4);
    const ids = rows.map(([id]) => Number(id));
    expect(ids).toHaveLength(10);
    expect(Math.max(...ids.map((id, i) => Math.abs(id - ((i + 0.5) * ROWS) / 10)))).toBeLessThan(ROWS / 10);
  });
});

describe('slices', () => {
  it('are predicates over any column, the label and excluded ones too', async () => {
    const slices = [
      slice('early', `day < date '2026-01-11' -- the first ten`),
      slice('mine', `"the user" = 'user 1' AND label`),
    ];
    const data = await load('set.parquet', { exclude: ['day', 'the user'], slices });
    expect(data.slices.map(({ name, rows }) => [name, rows])).toEqual([
      ['early', 10],
      ['mine', 6],
    ]);
    expect([...(data.slices[0]?.includes ?? [])].slice(8, 12)).toEqual([1, 1, 0, 0]);
    await data.close();
  });

  // What a predicate needs to close the query around it and begin its own.
  const end = 'true) AS BOOLEAN) FROM scored';

  it.each([
    ['unknown column', 'amonut > 3', /amonut/],
    ['no predicate', `"the user"`, /Could not convert string/],
    ['broken SQL', 'amount >', /syntax error/],
    ['no row', 'amount < 0', /no row matches/],
    ['another statement', `${end}; DROP TABLE scored; SELECT CAST((true`, /more than one statement/],
    ['the settings', `${end}; SET enable_external_access = true; SELECT CAST((true`, /more than one statement/],
    ['another column', 'true) AS BOOLEAN), CAST((true', /more than one expression/],
    ['a file of the worker', `(SELECT count(*) FROM read_text('/etc/hosts')) > 0`, /disabled by configuration/],
  ])('are refused by name: %s', async (_, where, message) => {
    const refused = load('set.csv', { slices: [slice('odd one', where)] });
    await expect(refused).rejects.toMatchObject({ type: 'InvalidData', nonRetryable: true });
    await expect(refused).rejects.toThrow(/slice "odd one"/);
    await expect(refused).rejects.toThrow(message);
  });

  it('cannot write a file', async () => {
    const before = await readdir(folder);
    const where = `${end}; COPY scored TO '${join(folder, 'stolen.csv')}'; SELECT CAST((true`;
    await expect(load('set.csv', { slices: [slice('thief', where)] })).rejects.toThrow('more than one statement');
    expect(await readdir(folder)).toEqual(before);
  });
});

describe('rows without a label', () => {
  it('are left out and counted', async () => {
    const name = await write('gaps.csv', 'x,y\n1,a\n2,\n3,b\n');
    const data = await load(name, { label: 'y' });
    expect([data.rows, data.rowsInFile, data.rowsWithoutLabel, data.labels]).toEqual([2, 3, 1, ['a', 'b']]);
    expect((await allRows(data, 10)).rows).toEqual([[1], [3]]);
  });
});

it('sends what JSON can carry: whole numbers as numbers, gaps as null, large ids as text', async () => {
  const name = await write(
    'odd.jsonl',
    '{"a": 9007199254740993, "b": null, "c": [1, 2], "y": 1}\n{"a": 1, "b": 2.5, "c": [], "y": 0}\n',
  );
  const { rows } = await allRows(await load(name, { label: 'y' }), 10);
  expect(rows).toEqual([
    ['9007199254740993', null, [1, 2]],
    [1, 2.5, []],
  ]);
});

describe('a data set is refused', () => {
  it.each([
    ['without its file', 'none.csv', {}, /the worker has no such file/],
    [
      'without the label column',
      'set.csv',
      { label: 'target' },
      /no column "target" \(label\); it has id, amount, the user, label, day/,
    ],
    ['without an excluded column', 'set.csv', { exclude: ['nope'] }, /no column "nope" \(excluded\)/],
    [
      'with nothing but the label',
      'set.csv',
      { exclude: ['id', 'amount', 'the user', 'day'] },
      /no column besides the label/,
    ],
  ])('%s', async (_, name, wanted, message) => {
    const refused = load(name, wanted);
    await expect(refused).rejects.toMatchObject({ type: 'InvalidData', nonRetryable: true });
    await expect(refused).rejects.toThrow(message);
  });

  it.each([
    ['without rows', 'empty.csv', 'x,y\n', /has no rows/],
    ['without any label', 'blank.csv', 'x,y\n1,\n2,\n', /"y" is empty in all 2 rows/],
    ['with another ending', 'set.xlsx', 'x', /use .csv, .tsv, .jsonl, .ndjson or .parquet/],
    ['with broken content', 'broken.parquet', 'x', /cannot be read/],
  ])('%s', async (_, name, content, message) => {
    await expect(load(await write(name, content), { label: 'y' })).rejects.toThrow(message);
  });

  it('when its address is no path and no artifact', async () => {
    const wanted = { source: 's3://bucket/set.csv', label: 'y', exclude: [], maxRows: null, slices: [] };
    await expect(loadDataSet(mlflow, wanted)).rejects.toThrow(
      'a data set is a path on the worker, or runs:/<run>/<path>',
    );
  });

  it('when it is cancelled', async () => {
    const wanted = { source: join(folder, 'set.csv'), label: 'label', exclude: [], maxRows: null, slices: [] };
    await expect(loadDataSet(mlflow, wanted, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
