import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NamedColumns } from '../../client/outcomes/columns.ts';
import { pushOutcomes } from '../../client/outcomes/push.ts';
import { readLabels, type FileLabel, type LabelType } from '../../client/outcomes/read-labels.ts';
import { renderPushed } from '../../client/render/pushed.ts';
import { readRewards } from '../../client/outcomes/read-rewards.ts';
import { Failure } from '../../client/failure.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'slipway-labels-'))));
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(path: string, named: NamedColumns = {}, type: LabelType = 'auto') {
  const file = await readLabels(path, named, type);
  try {
    const labels: FileLabel[] = [];
    for await (const portion of file.portions()) labels.push(...portion);
    const { superseded, rejected, rejectedLines } = file;
    return { labels, superseded, rejected, rejectedLines };
  } finally {
    await file.close();
  }
}

describe('a file of labels', () => {
  test('keeps ids as text, with leading zeros and all digits, in every format', async () => {
    const expected = [
      { requestId: '007', row: 0, label: 3 },
      { requestId: '12345678901234567890123', row: 0, label: 4.5 },
    ];
    const csv = await fileOf('ids.csv', 'request_id,label\n007,3\n12345678901234567890123,4.5\n');
    expect((await read(csv)).labels).toEqual(expected);
    const zipped = await fileOf('ids.csv.gz', gzipSync('"request_id";label\n007;3\n12345678901234567890123;4.5\n'));
    expect((await read(zipped)).labels).toEqual(expected);
    const json = await fileOf('ids.jsonl', '{"id":"007","y":3}\n{"id":12345678901234567890123,"y":4.5}\n');
    expect((await read(json)).labels).toEqual(expected);
    const parquet = join(folder, 'ids.parquet');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(`COPY (FROM (VALUES ('007', 3.0), ('12345678901234567890123', 4.5)) t(id, label))
      TO '${parquet}' (FORMAT parquet)`);
    connection.closeSync();
    expect((await read(parquet)).labels).toEqual(expected);
  });

  test('of text has numbers only where all labels are, so that a class “01” is not 1', async () => {
    const named = await fileOf('classes.csv', 'id,label\na,01\nb,2\n');
    expect((await read(named)).labels.map(({ label }) => label)).toEqual(['01', '2']);
    const bools = await fileOf('bools.csv', 'id,label\na,True\nb,false\n');
    expect((await read(bools)).labels.map(({ label }) => label)).toEqual([true, false]);
    const asText = await fileOf('numbers.csv', 'id,label\na,1\n');
    expect((await read(asText, {}, 'text')).labels.map(({ label }) => label)).toEqual(['1']);
  });

  test('may name its columns otherwise, and say when the truth was known', async () => {
    const path = await fileOf('named.csv', 'order,line,returned,day\nx,2,true,2026-11-24T10:00:00+02:00\n');
    const { labels } = await read(path, { id: 'order', row: 'line', label: 'returned', time: 'day' });
    expect(labels).toEqual([{ requestId: 'x', row: 2, label: true, at: '2026-11-24T08:00:00.000Z' }]);
  });

  test('has one label for each prediction: the latest by time, else the last', async () => {
    const path = await fileOf('twice.csv', 'id,label,time\na,1,2026-11-02\na,2,2026-11-01\nb,1,\nb,2,\n');
    const { labels, superseded } = await read(path);
    expect(labels.map(({ requestId, label }) => [requestId, label])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(superseded).toBe(2);
  });

  test('loses only the lines that cannot be sent, each named with its reason', async () => {
    const path = await fileOf(
      'faulty.csv',
      'id,row,label,time\n,0,1,\na,-1,1,\nb,0,,\nc,0,1,yesterday\n1.2e+19,0,1,\nd,0,1,\n',
    );
    const { labels, rejected, rejectedLines } = await read(path);
    expect(labels.map(({ requestId }) => requestId)).toEqual(['d']);
    expect(rejected).toBe(5);
    expect(rejectedLines).toEqual([
      { line: 2, reason: 'it has no request id' },
      { line: 3, reason: 'its row "-1" is no whole number from 0' },
      { line: 4, reason: 'it has no label' },
      { line: 5, reason: 'its time "yesterday" cannot be read: write it as 2026-11-24T08:31:00Z' },
      { line: 6, reason: 'its request id is a rounded number: write ids as text' },
    ]);
    const nested = await fileOf('nested.jsonl', '{"id":"a","label":[1]}\n{"id":"b","label":true}\n7\n');
    expect((await read(nested)).rejectedLines).toEqual([
      { line: 1, reason: 'its label is a list or an object, not one value' },
      { line: 3, reason: 'it has no request id' },
    ]);
    const mixed = await fileOf('mixed.csv', 'id,label\na,1\nb,cat\n');
    expect((await read(mixed, {}, 'number')).rejectedLines).toEqual([
      { line: 3, reason: 'its label "cat" is not a number' },
    ]);
  });
});

describe('a file of rewards', () => {
  const paid = { name: 'paid', column: 'paid' };
  const revenue = { name: 'revenue', column: 'amount' };

  async function readAll(path: string) {
    const file = await readRewards(path, {}, [paid, revenue]);
    const brought = [];
    for await (const portion of file.portions()) brought.push(...portion);
    await file.close();
    return { brought, count: file.count, rejectedLines: file.rejectedLines };
  }

  test('brings the rewards of a line together, nothing for an empty field, and yes and no as 1 and 0', async () => {
    const path = await fileOf('orders.csv', 'request_id,row,paid,amount\n007,,true,12.5\nb,2,false,\nb,2,true,\n');
    expect(await readAll(path)).toEqual({
      brought: [
        { requestId: '007', row: 0, rewards: { paid: 1, revenue: 12.5 } },
        { requestId: 'b', row: 2, rewards: { paid: 0 } },
        // The first one stands, which is the serving host's to say.
        { requestId: 'b', row: 2, rewards: { paid: 1 } },
      ],
      count: 4,
      rejectedLines: [],
    });
    const json = await fileOf('orders.jsonl', '{"id":"a","paid":true,"amount":-3}\n{"id":"b","amount":2}\n');
    expect((await readAll(json)).brought.map(({ rewards }) => rewards)).toEqual([
      { paid: 1, revenue: -3 },
      { revenue: 2 },
    ]);
  });

  test('loses only the lines that cannot be sent, each named with its reason', async () => {
    const path = await fileOf('odd.csv', 'id,paid,amount\na,maybe,1\nb,,\nc,1,1e13\n,1,1\nd,1,NaN\ne,1,2\n');
    const { brought, count, rejectedLines } = await readAll(path);
    expect(brought.map(({ requestId }) => requestId)).toEqual(['e']);
    expect(count).toBe(2);
    expect(rejectedLines.map(({ line, reason }) => `${line}: ${reason}`)).toEqual([
      '2: its paid "maybe" is not a number',
      '3: it has no reward',
      '4: its revenue is beyond 1000000000000',
      '5: it has no request id',
      '6: its revenue "NaN" is not a number',
    ]);
    const nested = await fileOf('nested-reward.jsonl', '{"id":"a","paid":[1],"amount":1}\n');
    expect((await readAll(nested)).rejectedLines).toEqual([
      { line: 1, reason: 'its paid is a list, an object or a time, not a number' },
    ]);
  });

  test('without the column of a reward is refused, with what it has', async () => {
    const path = await fileOf('unpaid.csv', 'id,paid\na,1\n');
    await expect(readAll(path)).rejects.toThrow(
      /no column "amount" \(--reward revenue\): name it as --reward revenue=COLUMN; it has id, paid/,
    );
  });
});

describe('a file that cannot be read is refused with place and remedy:', () => {
  test.each([
    ['short.csv', 'id,label\na,1\nb\n', /short\.csv, line 3: it has 1 fields and the first line 2; mend it/],
    ['broken.jsonl', '{"id":"a","label":1}\n{"id":\n', /broken\.jsonl, line \d: .*Malformed JSON.*nothing was sent/],
    ['columns.csv', 'a,b\n1,2\n', /no column that looks like the requests' ids: name it with --id; it has a, b/],
    ['empty.csv', '', /empty\.csv is empty: its first line must name the columns/],
    ['double.csv', 'id,id,label\n', /two columns "id" in line 1/],
    ['labels.xlsx', 'x', /the ending tells how to read it; use \.csv/],
    ['no.parquet', 'x', /no\.parquet: .*nothing was sent/],
  ])('%s', async (name, content, message) => {
    await expect(read(await fileOf(name, content))).rejects.toThrow(message);
  });

  test('none at all', async () => {
    await expect(read(join(folder, 'none.csv'))).rejects.toThrow(/there is no file/);
  });

  test('a named column that is not there', async () => {
    const path = await fileOf('other.csv', 'id,label\n');
    await expect(read(path, { label: 'truth' })).rejects.toThrow(/no column "truth" \(--label\); it has id, label/);
  });
});

describe('pushing', () => {
  const many = (count: number) =>
    fileOf('many.csv', `id,label\n${Array.from({ length: count }, (_, i) => `r${i},1\n`).join('')}`);
  const taken = { accepted: 0, repeated: 0, revised: 0, unknown: 0 };

  test('sends portions in order, again where the answer was lost, and adds the answers up', async () => {
    const file = await readLabels(await many(5000), {}, 'auto');
    const sent: string[] = [];
    let lost = false;
    const pushed = await pushOutcomes(file, 'digits', {
      waitsMs: [0],
      onProgress: () => undefined,
      send: (outcomes) => {
        if (sent.length > 0 && !lost) {
          lost = true;
          return Promise.reject(new Error('reset'));
        }
        sent.push(...outcomes.map(({ requestId }) => requestId));
        return Promise.resolve({ ...taken, accepted: outcomes.length });
      },
    });
    await file.close();
    expect(pushed).toEqual({ ...taken, sent: 5000, accepted: 5000 });
    expect(sent).toEqual(Array.from({ length: 5000 }, (_, i) => `r${i}`));
  });

  test('that breaks off tells how far it came, and does not repeat what was refused', async () => {
    const file = await readLabels(await many(3000), {}, 'auto');
    let asked = 0;
    const send = () => {
      asked += 1;
      if (asked === 1) return Promise.resolve({ ...taken, accepted: 2048 });
      return Promise.reject(new Failure('the serving host refuses: no such endpoint', { code: 'refused' }));
    };
    await expect(pushOutcomes(file, 'digits', { send, onProgress: () => undefined })).rejects.toThrow(
      /2048 of 3000 labels were sent, then: the serving host refuses.*none counts twice/,
    );
    await file.close();
    expect(asked).toBe(2);
  });

  test('counts rewards one by one, and tells how many were new', async () => {
    const path = await fileOf('wide.csv', 'id,paid,amount\na,1,2\nb,,3\n');
    const file = await readRewards(path, {}, [
      { name: 'paid', column: 'paid' },
      { name: 'revenue', column: 'amount' },
    ]);
    const send = () => Promise.resolve({ ...taken, rewards: 2 });
    const pushed = await pushOutcomes(file, 'shop', { send, onProgress: () => undefined });
    expect(pushed).toMatchObject({ sent: 3, rewards: 2 });
    expect(renderPushed(pushed, file)).toBe('✓ 3 rewards sent: 2 new, 1 already known\n');
    await file.close();
  });

  test('ends with one line, and with the lines that were rejected', () => {
    const file = { what: 'label' as const, superseded: 0, rejected: 1, lineWord: 'line' as const };
    const rejectedLines = [{ line: 7, reason: 'it has no label' }];
    expect(
      renderPushed({ sent: 1203, accepted: 1200, repeated: 2, revised: 1, unknown: 4 }, { ...file, rejectedLines }),
    ).toBe(
      `! 1,203 labels sent: 1,200 accepted, 2 already known, 1 revised
  4 labels of unknown ids, kept for 7 days in case their predictions come
  1 line rejected:
    line 7: it has no label
`,
    );
  });
});
