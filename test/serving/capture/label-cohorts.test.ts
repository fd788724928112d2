import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GateBatch, LabelCounts } from '../../../domain/gate-batch.ts';
import { mirrorRoute, splitRoute, wholeRoute } from '../../../domain/route.ts';
import { labelTables } from '../../../gates/kinds/label-tables.ts';
import { createPostgresOutcomes } from '../../../serving/host/postgres-outcomes.ts';
import type { OutcomeStore } from '../../../serving/host/outcome-store.ts';
import { armSum, pairSum, startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { posts } from '../support/post.ts';
import { CANDIDATE, ENDPOINT, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

let evidence: Evidence;
let serving: Serving;
let outcomes: OutcomeStore;
beforeAll(async () => {
  evidence = await startEvidence();
  // Long enough that all requests of a test fall into one batch, unless its end comes in between.
  serving = await startServing({ databaseUrl: evidence.database.appUrl, settings: { batchMs: 1000 } });
  outcomes = createPostgresOutcomes({
    connectionString: evidence.database.appUrl,
    target: 'local',
    log: () => undefined,
  });
  serving.stable.predict = serving.candidate.predict = Number;
});
afterAll(async () => {
  await outcomes.close();
  await serving.stop();
  await evidence.stop();
});

test('late labels are counted by when their predictions were made, once, and the batches of that time stay as they are', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 5000), 1);
  await predict('a', 40);
  await evidence.batchesUnder(1, (seen) => armSum(seen, STABLE) + armSum(seen, CANDIDATE) === 40);
  const made = await evidence.batches();

  await label('a', 0, 20, (i) => i);
  await rowsWith('20 labels', (rows) => sum(rows, 'n') === 20);
  // All have one in the end: a moment of which nothing is labelled has no row, and its predictions would be missing below.
  expect(await label('a', 0, 40, (i) => i + (i % 2))).toEqual({ accepted: 20, repeated: 10, revised: 10, unknown: 0 });
  const rows = await rowsWith('40 labels', (seen) => sum(seen, 'n') === 40);

  expect((await evidence.batches()).slice(0, made.length)).toEqual(made);
  expect(sum(rows, 'correct')).toBe(30);
  // A batch counts requests by when they ended, a cohort by when they were asked: that may be the batch before.
  const ended = made.filter(({ arms }) => arms.some(({ n }) => n > 0)).map(({ index }) => index);
  const cohorts = new Set(ended.flatMap((index) => [index - 1, index]));
  for (const row of rows) expect(cohorts).toContain(row.cohort);
  // Of each row of one version there is one of the other; in the end each knows all that was predicted and labelled before.
  const last = (version: string) => rows.filter((row) => row.version === version);
  expect(last(STABLE).map(({ cohort, revision }) => [cohort, revision])).toEqual(
    last(CANDIDATE).map(({ cohort, revision }) => [cohort, revision]),
  );
  expect(predictionsOf(rows)).toBe(40);
  for (const row of rows) {
    const before = rows.filter(({ version, cohort, revision = 0 }) => {
      return version === row.version && cohort === row.cohort && revision < (row.revision ?? 0);
    });
    expect(row.earlier).toBe(sum(before, 'n'));
  }
});

test('a gate reads from them whose labels are missing', async () => {
  const batches = (await evidence.batches()).filter(({ labels }) => labels.length > 0);
  const names = { candidate: CANDIDATE, stable: STABLE };
  const wrong = batches.flatMap((batch) => labelTables('accuracy', batch, names));
  const covered = batches.flatMap((batch) => labelTables('coverage', batch, names));
  expect(wrong.reduce((all, { candidate, stable }) => all + candidate + stable, 0)).toBeLessThanOrEqual(40);
  const first = covered[0];
  expect(first && first.candidate + first.stable - first.candidateBad - first.stableBad).toBeGreaterThan(0);
});

test('a label that comes before its batch is sealed waits for it, and is then counted in its own moment', async () => {
  await serving.put(wholeRoute(STABLE), 2);
  const { length } = await evidence.batches();
  await predict('b', 3);
  await label('b', 0, 3, (i) => i);
  const rows = await rowsWith('3 labels', (seen) => sum(seen, 'n') === 3, length);
  for (const { cohort, revision } of rows) {
    expect(cohort).toBeDefined();
    expect(revision).toBeGreaterThanOrEqual(cohort ?? Infinity);
  }
});

test('what capture knew before it was killed, it knows after', async () => {
  await predict('c', 12);
  await evidence.batchesUnder(2, (seen) => armSum(seen, STABLE) === 15);
  const { length } = await evidence.batches();
  const before = capturePid();
  process.kill(before, 'SIGKILL');
  await until('the next process', () => capturePid() !== before);
  await label('c', 0, 12, (i) => i);
  const rows = await rowsWith('12 labels', (seen) => sum(seen, 'n') === 12, length);
  expect(predictionsOf(rows)).toBeGreaterThanOrEqual(12);
});

test('labels of copied requests tell which of the two alone was wrong', async () => {
  serving.candidate.predict = (row) => (Number(row) < 4 ? 99 : Number(row));
  await serving.put(mirrorRoute(STABLE, CANDIDATE, 100), 3);
  await predict('d', 20);
  await evidence.batchesUnder(3, (seen) => pairSum(seen, 'n') === 20);
  // Stable is right up to 14, and wrong on the rest; the candidate is wrong on the first four and on the same rest.
  await label('d', 0, 20, (i) => (i < 15 ? i : 1000));
  const pairs = await until(
    'labelled pairs',
    async () => (await evidence.batches()).flatMap((batch) => batch.pairs).flatMap(({ wrong }) => wrong ?? []),
    (seen) => seen.reduce((all, { n }) => all + n, 0) === 20,
  );
  expect(pairs.reduce((all, { onlyVersion }) => all + onlyVersion, 0)).toBe(4);
  expect(pairs.reduce((all, { onlyAgainst }) => all + onlyAgainst, 0)).toBe(0);
});

async function predict(prefix: string, count: number): Promise<void> {
  await posts(serving.url, count, (i) => ({
    body: JSON.stringify({ inputs: [i] }),
    headers: { 'x-request-id': `${prefix}-${i}` },
  }));
  const query = "select from slipway.predictions where request_id like $1 and role = 'live'";
  await until('the log', async () => (await evidence.client.query(query, [`${prefix}-%`])).rowCount === count);
}

function capturePid(): number {
  return (JSON.parse(readFileSync(join(serving.stateDir, 'capture/capture.json'), 'utf8')) as { pid: number }).pid;
}

function label(prefix: string, from: number, to: number, of: (i: number) => number) {
  const some = Array.from({ length: to - from }, (_, i) => from + i);
  return outcomes.add(some.map((i) => ({ endpoint: ENDPOINT, requestId: `${prefix}-${i}`, label: of(i) })));
}

function rowsWith(what: string, isThere: (rows: LabelCounts[]) => boolean, after = 0): Promise<LabelCounts[]> {
  const look = async () => (await evidence.batches()).slice(after).flatMap((batch: GateBatch) => batch.labels);
  return until(what, look, isThere);
}

function sum(rows: readonly LabelCounts[], count: 'n' | 'correct'): number {
  return rows.reduce((all, row) => all + row[count], 0);
}

/** Of all cohorts that the rows are about, each counted once. */
function predictionsOf(rows: readonly LabelCounts[]): number {
  const most = new Map<string, number>();
  for (const { version, cohort, predictions = 0 } of rows) most.set(`${version} ${cohort}`, predictions);
  return [...most.values()].reduce((all, n) => all + n, 0);
}
