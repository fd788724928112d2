import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planComparison } from '../../../domain/comparison.ts';
import { LATENCY_ACCURACY } from '../../../domain/gate-batch.ts';
import type { TokenCounts } from '../../../domain/gate-batch.ts';
import { mirrorRoute } from '../../../domain/route.ts';
import { armSum, pairSum, startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { CANDIDATE, ENDPOINT, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { startTextServer } from '../support/text-server.ts';
import type { TextServer } from '../support/text-server.ts';
import { until } from '../support/until.ts';

let evidence: Evidence;
let serving: Serving;
let stable: TextServer;
let candidate: TextServer;
beforeAll(async () => {
  evidence = await startEvidence();
  const comparison = planComparison({
    fields: [
      { path: 'id', ignore: true },
      { path: 'created', ignore: true },
      { path: 'model', ignore: true },
    ],
  });
  serving = await startServing({ databaseUrl: evidence.database.appUrl, capture: comparison ? { comparison } : {} });
  [stable, candidate] = await Promise.all([startTextServer('stable'), startTextServer('candidate')]);
});
afterAll(async () => {
  await Promise.all([serving.stop(), stable.kill(), candidate.kill()]);
  await evidence.stop();
});

/** Every request is copied to the candidate, and both answers are captured. */
async function mirror(sequence: number): Promise<void> {
  const desired = serving.desired(mirrorRoute(STABLE, CANDIDATE, 100), sequence);
  const versions = [
    { key: STABLE, port: stable.port },
    { key: CANDIDATE, port: candidate.port },
  ];
  await serving.capture?.configure([{ ...desired, versions }]);
  await serving.plane.apply([{ ...desired, versions }]);
}

async function ask(options: object = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${serving.plane.gateway}/${ENDPOINT}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'how is it?' }], ...options }),
    ...(signal && { signal }),
  });
}

function milliseconds(bucket: number): number {
  return ((1 + LATENCY_ACCURACY) / (1 - LATENCY_ACCURACY)) ** bucket;
}

async function stored(requestId: string | null): Promise<{ prediction: unknown; latency_ms: number }> {
  const find = () =>
    evidence.client.query<{ prediction: unknown; latency_ms: number }>(
      "select prediction, latency_ms from slipway.predictions where request_id = $1 and role = 'live'",
      [requestId],
    );
  const { rows } = await until('the prediction', find, ({ rows: found }) => found.length === 1);
  return rows[0] as { prediction: unknown; latency_ms: number };
}

test('each token is with the client before the server sends the next one, while both answers are captured', async () => {
  await mirror(1);
  const arrived = [0, 1, 2].map(() => Promise.withResolvers<undefined>());
  // Were a single byte held back, the next token would never come, and neither would the end.
  stable.before = (token) => (token === 0 ? Promise.resolve() : (arrived[token - 1]?.promise ?? Promise.resolve()));
  const answer = await ask();
  let text = '';
  for await (const bytes of answer.body ?? []) {
    text += Buffer.from(bytes).toString();
    arrived.forEach(({ resolve }, token) => text.includes(stable.words[token] ?? '?') && resolve(undefined));
  }
  stable.before = () => Promise.resolve();
  expect(text.match(/^data: /gm)).toHaveLength(5);
  const message = { role: 'assistant', content: 'all is well' };
  const { prediction } = await stored(answer.headers.get('x-request-id'));
  expect(prediction).toMatchObject({ model: 'stable', choices: [{ index: 0, message, finish_reason: 'stop' }] });
});

test('what two versions stream is compared as what it says, not as how it was cut', async () => {
  await mirror(2);
  for (let index = 0; index < 4; index += 1) {
    candidate.words = index === 3 ? ['all', 'is', 'lost'] : ['all is', 'well'];
    await (await ask()).text();
    await evidence.batchesUnder(2, (seen) => pairSum(seen, 'n') === index + 1);
  }
  const batches = await evidence.batchesUnder(2, (seen) => armSum(seen, STABLE) === 4);
  expect([pairSum(batches, 'disagree'), pairSum(batches, 'unpaired')]).toEqual([1, 0]);
});

test('a stream too long to capture reaches its client whole, and is evidence neither way', async () => {
  await mirror(3);
  candidate.words = stable.words = Array.from({ length: 400 }, () => 'long'.repeat(1000));
  const answer = await ask();
  const text = await answer.text();
  expect(text.length).toBeGreaterThan(1_600_000);
  expect(text).toMatch(/data: \[DONE\]\n\n$/);
  await evidence.batchesUnder(3, (seen) => pairSum(seen, 'unpaired') === 1);
  expect((await stored(answer.headers.get('x-request-id'))).prediction).toBeNull();
  candidate.words = stable.words = ['all', 'is', 'well'];
});

test('the time to the first token and what an answer took are counted, of streams and of answers that tell it', async () => {
  await mirror(5);
  // Shorter waits than the server's own are impossible; longer ones are no matter here.
  const [beforeFirst, beforeLast] = [150, 400];
  stable.before = (token) => (token === 1 ? Promise.resolve() : delay(token === 0 ? beforeFirst : beforeLast));
  await (await ask({ stream_options: { include_usage: true } })).text();
  await (await ask({ stream: false })).text();
  stable.before = () => Promise.resolve();
  const batches = await evidence.batchesUnder(5, (seen) => armSum(seen, STABLE) === 2);
  const arms = batches.flatMap((batch) => batch.arms.filter(({ version }) => version === STABLE));
  const firstTokens = arms.flatMap(({ firstToken = [] }) => firstToken);
  expect(firstTokens.map(([, count]) => count)).toEqual([1]);
  const [first] = firstTokens.map(([bucket]) => milliseconds(bucket));
  const longest = Math.max(...arms.flatMap(({ latency }) => latency).map(([bucket]) => milliseconds(bucket)));
  expect(first).toBeGreaterThan(beforeFirst * 0.98);
  expect(longest - (first ?? 0)).toBeGreaterThan(beforeLast * 0.9);
  const told = arms.flatMap(({ tokens }) => tokens ?? []);
  const sum = (of: (tokens: TokenCounts) => number) => told.reduce((all, tokens) => all + of(tokens), 0);
  expect([sum(({ answers }) => answers), sum(({ input }) => input), sum(({ output }) => output)]).toEqual([2, 14, 6]);
});

test('a client that leaves in the middle of a stream is no fault of the version', async () => {
  await mirror(6);
  const leaving = new AbortController();
  stable.before = (token) => (token === 2 ? new Promise(() => undefined) : Promise.resolve());
  const answer = await ask({}, leaving.signal);
  await answer.body?.getReader().read();
  leaving.abort();
  stable.before = () => Promise.resolve();
  const batches = await evidence.batchesUnder(6, (seen) => armSum(seen, STABLE) === 1);
  expect(armSum(batches, STABLE, 'errors')).toBe(0);
});
