import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitRoute, wholeRoute } from '../../../domain/route.ts';
import { startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { post } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

let evidence: Evidence;
let serving: Serving;
beforeAll(async () => {
  evidence = await startEvidence();
  serving = await startServing({ databaseUrl: evidence.database.appUrl });
  serving.stable.predict = serving.candidate.predict = Number;
});
afterAll(async () => {
  await serving.stop();
  await evidence.stop();
});

test('labels are credited, once, to the version that served, in the batch during which they came', async () => {
  await serving.put(wholeRoute(STABLE), 1);
  await predict('a', [1, 2, 3]);
  await serving.put(splitRoute(STABLE, CANDIDATE, 10_000), 2);
  await predict('b', [4]);
  await label('a', 0, 1);
  await label('a', 1, 9);
  await label('b', 0, 4);
  await label('unknown', 0, 4);
  await until('three credited labels', async () => (await credited()).length === 3);
  const { length } = await evidence.batches();
  await until('two more batches', async () => (await evidence.batches()).length >= length + 2);
  const batches = (await evidence.batches()).filter(({ labels }) => labels.length > 0);
  expect(batches.map(({ fence }) => fence.sequence)).toEqual(batches.map(() => 2));
  const sums = new Map<string, number[]>();
  for (const { version, n, correct } of batches.flatMap(({ labels }) => labels)) {
    const [total = 0, right = 0] = sums.get(version) ?? [];
    sums.set(version, [total + n, right + correct]);
  }
  expect(Object.fromEntries(sums)).toEqual({ [STABLE]: [2, 1], [CANDIDATE]: [1, 1] });
  for (const { batch_index } of await credited())
    expect(batches.map(({ index }) => index)).toContain(Number(batch_index));
});

test('a label that came before its prediction was logged is credited later', async () => {
  await label('early', 0, 5);
  await predict('early', [5]);
  await until('its credit', async () => (await credited()).some(({ request_id }) => request_id === 'early'));
});

async function predict(requestId: string, inputs: readonly number[]): Promise<void> {
  await post(serving.url, { body: JSON.stringify({ inputs }), headers: { 'x-request-id': requestId } });
  const query = 'select from slipway.predictions where request_id = $1';
  await until(`the log of ${requestId}`, async () => (await evidence.client.query(query, [requestId])).rowCount);
}

async function label(requestId: string, row: number, value: unknown): Promise<void> {
  const insert = 'insert into slipway.outcomes (target, endpoint, request_id, row, label) values ($1, $2, $3, $4, $5)';
  await evidence.client.query(insert, ['local', 'digits', requestId, row, JSON.stringify(value)]);
}

async function credited(): Promise<{ request_id: string; batch_index: string }[]> {
  const query = 'select request_id, batch_index from slipway.outcomes where batch_index is not null';
  return (await evidence.client.query<{ request_id: string; batch_index: string }>(query)).rows;
}
