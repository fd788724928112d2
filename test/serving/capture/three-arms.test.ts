import { afterAll, beforeAll, expect, test } from 'vitest';
import { guardrails } from '../../../domain/ab.ts';
import type { GateQuestion } from '../../../domain/gate-question.ts';
import { planRollout } from '../../../domain/plan.ts';
import { bucketRoute, wholeRoute, type Route } from '../../../domain/route.ts';
import { withoutArms } from '../../../domain/test-arms.ts';
import { judgeAll } from '../../../gates/gate.ts';
import type { OutcomeStore } from '../../../serving/host/outcome-store.ts';
import { createPostgresOutcomes } from '../../../serving/host/postgres-outcomes.ts';
import { startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { startModelServer } from '../support/model-server.ts';
import type { ModelServer } from '../support/model-server.ts';
import { post } from '../support/post.ts';
import { CANDIDATE, ENDPOINT, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

const THIRD = 'v3-cccccccccccc';
const STICKY = { cookie: 'uid', salt: '1' };
/** All outcomes come within it, on a busy machine too. */
const WINDOW_MS = 20_000;
const USERS = 360;
const ARMS = [STABLE, CANDIDATE, THIRD].map((version, place) => ({ version, weight: place === 0 ? 3_334 : 3_333 }));

let evidence: Evidence;
let serving: Serving;
let third: ModelServer;
let outcomes: OutcomeStore;
beforeAll(async () => {
  evidence = await startEvidence();
  const databaseUrl = evidence.database.appUrl;
  serving = await startServing({ databaseUrl, capture: { userCookie: 'uid', rewardWindowMs: WINDOW_MS } });
  third = await startModelServer('third');
  outcomes = createPostgresOutcomes({ connectionString: databaseUrl, target: 'local', log: () => undefined });
});
afterAll(async () => {
  await outcomes.close();
  await serving.stop();
  await third.kill();
  await evidence.stop();
});

test('of three arms whose users a cookie names, the one whose users bring more wins; once it is out, nobody does', async () => {
  const whole = bucketRoute(ARMS, STICKY, wholeRoute(STABLE, STICKY));
  await put(whole, 1);
  const arms: string[] = [];
  for (let from = 0; from < USERS; from += 40)
    arms.push(...(await Promise.all(Array.from({ length: 40 }, (_, i) => ask(from + i)))));
  expect(new Set(arms)).toEqual(new Set([STABLE, CANDIDATE, THIRD]));
  // The third arm's users pay nine times in ten, all others' once in ten.
  const paid = arms.flatMap((arm, user) => ((user % 10 === 0) !== (arm === THIRD) ? [user] : []));
  await outcomes.add(paid.map((user) => ({ endpoint: ENDPOINT, requestId: `r${user}`, rewards: { paid: 1 } })));
  const batches = await until(
    'every user counted',
    () => evidence.batches(),
    (some) => some.flatMap(({ rewards = [] }) => rewards).reduce((sum, { users }) => sum + users, 0) >= USERS,
    3 * WINDOW_MS,
  );
  expect(judgeAll(question(3_333), batches)).toMatchObject({ decision: 'fail', reason: 'OtherArmWon' });

  await put(bucketRoute(withoutArms(ARMS, [THIRD]), STICKY, whole), 2);
  const after = await Promise.all(arms.map((_, user) => ask(user)));
  expect(after).not.toContain(THIRD);
  expect(arms.filter((arm, user) => arm !== THIRD && arm !== after[user])).toEqual([]);
  expect(judgeAll(question(0), batches)).toMatchObject({ decision: 'inconclusive' });
}, 180_000);

test('the value of a cookie is nowhere in the database, and its user can be forgotten by it all the same', async () => {
  const kept = async (table: string, where: string) =>
    (await evidence.client.query(`select from slipway.${table} where ${where}`)).rowCount;
  for (const table of ['predictions', 'test_users']) {
    expect(await kept(table, `user_id like 'u%'`), table).toBe(0);
    expect(await kept(table, `user_id = 'sha256:' || encode(sha256('u7'), 'hex')`), table).toBeGreaterThan(0);
  }
  expect(await outcomes.forgetUser(ENDPOINT, 'u7')).toBeGreaterThan(0);
  expect(await kept('test_users', `user_id = 'sha256:' || encode(sha256('u7'), 'hex')`)).toBe(0);
  expect(await kept('predictions', `request_id = 'r7'`)).toBe(0);
});

async function put(route: Route, sequence: number): Promise<void> {
  const desired = serving.desired(route, sequence);
  const endpoints = [{ ...desired, versions: [...desired.versions, { key: THIRD, port: third.port }] }];
  await serving.capture?.configure(endpoints);
  await serving.plane.apply(endpoints);
}

async function ask(user: number): Promise<string> {
  const body = JSON.stringify({ inputs: [1] });
  const { headers } = await post(serving.url, {
    body,
    headers: { cookie: `a=1; uid=u${user}`, 'x-request-id': `r${user}` },
  });
  return String(headers['x-model-version']);
}

function question(weightOfThird: number): GateQuestion {
  const sticky = { cookie: 'uid' };
  const ab = { metrics: [{ name: 'paid' }], arms: [{ version: 3 }], minDuration: '1s' } as const;
  // How fast three servers of a test answer says nothing of them.
  const wide = { margin: 1_000 };
  const plan = planRollout({
    endpoint: ENDPOINT,
    model: 'digits',
    sticky,
    gates: { latency: { p50: wide, p95: wide, p99: wide } },
    ab: { ...ab, metrics: [...ab.metrics], arms: [...ab.arms] },
  });
  return {
    stage: 'ab',
    candidate: CANDIDATE,
    stable: STABLE,
    plan: guardrails(plan.gates),
    shadow: null,
    ...(plan.ab && { ab: plan.ab }),
    arms: [{ version: THIRD, weight: weightOfThird }],
    epoch: 1,
    stageSequence: 1,
    stepSequence: 1,
    weight: weightOfThird === 0 ? 4_999 : 3_333,
    nextWeight: 10_000,
    minDurationMs: 1_000,
  };
}
