import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GateQuestion } from '../../../domain/gate-question.ts';
import type { AbSpec } from '../../../domain/ab.ts';
import { guardrails } from '../../../domain/ab.ts';
import { planRollout } from '../../../domain/plan.ts';
import { bucketRoute, splitRoute, wholeRoute } from '../../../domain/route.ts';
import { judgeAll } from '../../../gates/gate.ts';
import type { OutcomeStore } from '../../../serving/host/outcome-store.ts';
import { createPostgresOutcomes } from '../../../serving/host/postgres-outcomes.ts';
import { startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { post } from '../support/post.ts';
import { CANDIDATE, ENDPOINT, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

const STICKY = { header: 'x-user', salt: '1' };
const WINDOW_MS = 4_000;
const USERS = 240;

let evidence: Evidence;
let serving: Serving;
let outcomes: OutcomeStore;
beforeAll(async () => {
  evidence = await startEvidence();
  const databaseUrl = evidence.database.appUrl;
  const capture = { userHeader: 'x-user', rewardWindowMs: WINDOW_MS };
  serving = await startServing({ databaseUrl, capture });
  outcomes = createPostgresOutcomes({ connectionString: databaseUrl, target: 'local', log: () => undefined });
});
afterAll(async () => {
  await outcomes.close();
  await serving.stop();
  await evidence.stop();
});

test('each user of a test is counted once, with what came in time, and a true winner wins on it', async () => {
  // Asked before the test: no part of it.
  await serving.put(splitRoute(STABLE, CANDIDATE, 1_000, STICKY), 1);
  await ask('early', 'before');
  const half = [STABLE, CANDIDATE].map((version) => ({ version, weight: 5_000 }));
  await serving.put(bucketRoute(half, STICKY, wholeRoute(STABLE, STICKY)), 2);

  const arms: string[] = [];
  for (let from = 0; from < USERS; from += 40)
    arms.push(...(await Promise.all(Array.from({ length: 40 }, (_, i) => ask(`u${from + i}`, `r${from + i}`)))));
  // The candidate's users pay nine times in ten, stable's once in ten; the first of each reports twice, and asks again.
  const pays = arms.map((arm, user) => (user % 10 === 0) !== (arm === CANDIDATE));
  const rewards = (requestId: string, value: number) => ({ endpoint: ENDPOINT, requestId, rewards: { paid: value } });
  const paid = arms.flatMap((_, user) => (pays[user] ? [rewards(`r${user}`, 2)] : []));
  expect(await outcomes.add(paid)).toMatchObject({ accepted: 0, rewards: paid.length });
  expect(await outcomes.add(paid)).toMatchObject({ rewards: 0 });
  await ask('u1', 'again');
  await outcomes.add([rewards('again', 3)]);

  const counted = async () => (await evidence.batches()).flatMap((batch) => batch.rewards ?? []);
  const usersIn = (all: Awaited<ReturnType<typeof counted>>) => all.reduce((sum, { users }) => sum + users, 0);
  const all = await until('every user counted', counted, (some) => usersIn(some) >= USERS);
  // What comes now is late.
  await outcomes.add([rewards('r3', 100)]);
  for (const version of [STABLE, CANDIDATE]) {
    const own = arms.flatMap((arm, user) => (arm === version ? [user] : []));
    const values = own.map((user) => (pays[user] ? 2 : 0) + (user === 1 ? 3 : 0)).filter((value) => value > 0);
    const found = all.filter((row) => row.version === version);
    const sum = (of: (row: (typeof found)[number]) => number) => found.reduce((total, row) => total + of(row), 0);
    expect(sum(({ users }) => users)).toBe(own.length);
    expect(sum(({ rewards: { paid } }) => paid?.converted ?? 0)).toBe(values.length);
    expect(sum(({ rewards: { paid } }) => paid?.sum ?? 0)).toBe(values.reduce((total, x) => total + x, 0));
    expect(sum(({ rewards: { paid } }) => paid?.squares ?? 0)).toBe(values.reduce((total, x) => total + x * x, 0));
  }

  const verdict = judgeAll(question(), await evidence.batches());
  expect(verdict).toMatchObject({ decision: 'pass', reason: 'TestWon' });
  expect(verdict.metrics[0]?.metric).toBe('reward.paid');

  const { length } = await evidence.batches();
  await until('two more batches', async () => (await evidence.batches()).length >= length + 2);
  expect(usersIn(await counted())).toBe(USERS);
});

test('a user who is forgotten leaves neither rewards nor a place in the test', async () => {
  await outcomes.forgetUser(ENDPOINT, 'u1');
  const left = async (query: string) => (await evidence.client.query(query)).rowCount;
  expect(await left("select from slipway.test_users where user_id = 'u1'")).toBe(0);
  expect(await left("select from slipway.rewards where request_id in ('r1', 'again')")).toBe(0);
  expect(await left("select from slipway.test_users where user_id = 'u2'")).toBe(1);
});

async function ask(user: string, requestId: string): Promise<string> {
  const body = JSON.stringify({ inputs: [1] });
  const { headers } = await post(serving.url, { body, headers: { 'x-user': user, 'x-request-id': requestId } });
  return String(headers['x-model-version']);
}

function question(): GateQuestion {
  const ab = { metrics: [{ name: 'paid' }], minDuration: '1s' } satisfies AbSpec;
  // The arms' stand-ins are as fast as each other, but not in the few milliseconds of a burst on a busy machine.
  const wide = { margin: 100 };
  const gates = { latency: { p50: wide, p95: wide, p99: wide } };
  const plan = planRollout({ endpoint: ENDPOINT, model: 'digits', sticky: { header: 'x-user' }, ab, gates });
  return {
    stage: 'ab',
    candidate: CANDIDATE,
    stable: STABLE,
    plan: guardrails(plan.gates),
    shadow: null,
    ...(plan.ab && { ab: plan.ab }),
    epoch: 1,
    stageSequence: 2,
    stepSequence: 2,
    weight: 5_000,
    nextWeight: 10_000,
    minDurationMs: 1_000,
  };
}
