import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { readBatches } from '../../activities/evidence/batches.ts';
import { BatchWriter } from '../../bench/scale/batch-writer.ts';
import { FakeHost } from '../../bench/scale/fake-host.ts';
import { splitRoute } from '../../domain/route.ts';
import { useDatabase } from '../store/database.ts';

const db = useDatabase();

test('the batches of the scale benchmark are what capture seals: gap-free, under their fence, with hashes that hold', async () => {
  const host = new FakeHost(() => 'v1-a');
  const writer = new BatchWriter(db.urls.appUrl, 'scale');
  host.onRoute = (before) => writer.routeChanges(before);
  const settings = {
    ...(host.answer('GET', '/endpoints/e1', null).body as { settings: object }).settings,
    batchMs: 200,
  };
  host.answer('PUT', '/endpoints/e1', settings);
  const ticking = setInterval(() => writer.tick(host.endpoints.values()), 50);
  await vi.waitFor(() => expect(writer.rows).toBeGreaterThan(1), 10_000);
  const put = { fence: { epoch: 1, sequence: 1 }, route: splitRoute('v1-a', 'v2-b', 1_000), label: '' };
  await delay(70); // Somewhere inside an interval, which the change cuts in two.
  host.answer('PUT', '/endpoints/e1/route', put);
  const rows = writer.rows;
  await vi.waitFor(() => expect(writer.rows).toBeGreaterThan(rows + 2), 10_000);
  clearInterval(ticking);
  await writer.close();
  const read = (epoch: number) =>
    readBatches(db.pool, { target: 'scale', endpoint: 'e1', epoch, fromSequence: 0, afterIndex: -1 });
  const batches = [...(await read(0)), ...(await read(1))];
  expect(batches.map(({ index }) => index)).toEqual([...batches.keys()]);
  for (const [i, { opened }] of batches.entries()) if (i > 0) expect(opened).toBe(batches[i - 1]?.sealed);
  expect(batches.at(-1)?.arms.map(({ version, n }) => [version, n])).toEqual([
    ['v1-a', 9],
    ['v2-b', 1],
  ]);
});
