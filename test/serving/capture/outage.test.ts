import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { wholeRoute } from '../../../domain/route.ts';
import { createCapture } from '../../../serving/capture/capture.ts';
import { armSum, startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { posts, startLoad } from '../support/post.ts';
import { STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { severable } from '../support/severable.ts';
import type { Severable } from '../support/severable.ts';
import { until } from '../support/until.ts';

let evidence: Evidence;
let serving: Serving;
let way: Severable;
beforeAll(async () => {
  evidence = await startEvidence();
  way = await severable(evidence.database.appUrl);
});
afterAll(async () => {
  await way.close();
  await evidence.stop();
});

let count = 0;
beforeEach(async () => {
  evidence.target = `target-${(count += 1)}`;
  serving = await startServing({ databaseUrl: way.url, target: evidence.target });
});
afterEach(() => serving.stop());

test('PostgreSQL away: no request fails, and every batch arrives later, in order', async () => {
  await serving.put(wholeRoute(STABLE), 1);
  await posts(serving.url, 20);
  await evidence.batchesUnder(1, (seen) => armSum(seen, STABLE) === 20);
  const before = (await evidence.batches()).length;
  way.cut();
  const answers = await posts(serving.url, 100);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  const health = await until(
    'word of it',
    async () => serving.capture?.health(),
    (seen) => seen?.ok === false,
  );
  expect(health?.detail).toMatch(/PostgreSQL takes nothing .* batches and .* predictions wait/);
  way.mend();
  await evidence.batchesUnder(1, (seen) => armSum(seen, STABLE) === 120);
  const batches = await evidence.batches();
  expect(batches.length).toBeGreaterThan(before);
  expect(batches.map(({ index }) => index)).toEqual(batches.map((_, index) => index));
  expect(batches.map(({ sealed }) => sealed)).toEqual([...batches.map(({ sealed }) => sealed)].sort());
  await until('the predictions', async () => (await logged()) === 120);
  await until('health', async () => (await serving.capture?.health())?.ok);
});

test('capture killed under load: no request fails, it comes back by itself, and the numbers go on', async () => {
  await serving.put(wholeRoute(STABLE), 1);
  const load = startLoad(serving.url);
  await evidence.batchesUnder(1, (seen) => armSum(seen, STABLE) > 0);
  const before = pid();
  process.kill(before, 'SIGKILL');
  const last = (await evidence.batches()).at(-1)?.index ?? -1;
  await until('new batches', async () => {
    const later = (await evidence.batches()).filter(({ index }) => index > last);
    return pid() !== before && armSum(later, STABLE) > 0;
  });
  const answers = await load.end();
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  const batches = await evidence.batches();
  expect(batches.map(({ index }) => index)).toEqual(batches.map((_, index) => index));
});

test('a host that starts anew adopts the running capture, which went on meanwhile', async () => {
  await serving.put(wholeRoute(STABLE), 1);
  const before = pid();
  serving.capture?.release();
  await posts(serving.url, 10);
  const next = createCapture({
    stateDir: join(serving.stateDir, 'capture'),
    databaseUrl: way.url,
    target: evidence.target,
  });
  await next.start();
  expect(pid()).toBe(before);
  expect(await next.health()).toMatchObject({ ok: true, shed: 0 });
  next.release();
  await evidence.batchesUnder(1, (seen) => armSum(seen, STABLE) === 10);
});

test('asked to end, it stores what it has counted', async () => {
  await serving.put(wholeRoute(STABLE), 1, { batchMs: 3_600_000 });
  await posts(serving.url, 10);
  await until('the log', async () => (await logged()) === 10);
  await serving.capture?.stop();
  expect(armSum(await evidence.batches(), STABLE)).toBe(10);
});

test('without a database, predictions go on, and health says what is missing', async () => {
  const bare = await startServing({ databaseUrl: null });
  await bare.put(wholeRoute(STABLE), 1);
  expect((await posts(bare.url, 5)).every(({ status }) => status === 200)).toBe(true);
  expect(await bare.capture?.health()).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^no database/) as string,
  });
  await bare.stop();
});

async function logged(): Promise<number | null> {
  return (await evidence.client.query('select from slipway.predictions where target = $1', [evidence.target])).rowCount;
}

function pid(): number {
  return (JSON.parse(readFileSync(join(serving.stateDir, 'capture/capture.json'), 'utf8')) as { pid: number }).pid;
}
