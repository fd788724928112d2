import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EMPTY_ROUTE, bucketRoute, splitRoute } from '../../../domain/route.ts';
import type { Route } from '../../../domain/route.ts';
import { startModelServer } from '../support/model-server.ts';
import type { ModelServer } from '../support/model-server.ts';
import { posts } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

const THIRD = 'v3-cccccccccccc';
const STICKY = { header: 'x-user', salt: 'one' };
const USERS = 300;

let serving: Serving;
let third: ModelServer;
let sequence = 0;
beforeAll(async () => {
  serving = await startServing();
  third = await startModelServer('third');
});
afterAll(async () => {
  await serving.stop();
  await third.kill();
});

test('of three arms, users change theirs only to leave one that shrinks, through every change of weights', async () => {
  // A canary, a third arm beside it, the third one raised, the second removed.
  const canary = splitRoute(STABLE, CANDIDATE, 2_000, STICKY);
  const weights = [
    [5_000, 2_000, 3_000],
    [3_000, 2_000, 5_000],
    [4_000, 0, 6_000],
  ];
  await put(canary);
  let [before, owners] = [canary, await armOfEachUser()];
  for (const [stable = 0, candidate = 0, other = 0] of weights) {
    const arms = [
      { version: STABLE, weight: stable },
      { version: CANDIDATE, weight: candidate },
      { version: THIRD, weight: other },
    ];
    const route = bucketRoute(arms, STICKY, before);
    const grew = (version: string) => weightIn(route, version) - weightIn(before, version);
    await put(route);
    const now = await armOfEachUser();
    const moved = now.flatMap((arm, user) => (arm === owners[user] ? [] : [{ from: owners[user] ?? '', to: arm }]));
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.filter(({ from, to }) => grew(from) >= 0 || grew(to) <= 0)).toEqual([]);
    [before, owners] = [route, now];
  }
  expect(owners).not.toContain(CANDIDATE);
});

test('users have the arms that their buckets say, and keep them through a restart of Envoy', async () => {
  const arms = [STABLE, CANDIDATE, THIRD].map((version, i) => ({ version, weight: [5_000, 2_500, 2_500][i] ?? 0 }));
  await put(bucketRoute(arms, STICKY, EMPTY_ROUTE));
  const before = await armOfEachUser();
  for (const { version, weight } of arms) {
    const [share, n] = [weight / 10_000, before.filter((arm) => arm === version).length];
    // Five standard deviations around what the weights say.
    expect(Math.abs(n - USERS * share)).toBeLessThan(5 * Math.sqrt(USERS * share * (1 - share)));
  }
  const killed = pid();
  process.kill(killed, 'SIGKILL');
  await until('another Envoy', async () => pid() !== killed && (await serving.plane.health()).ok);
  expect(await armOfEachUser()).toEqual(before);
});

async function put(route: Route): Promise<void> {
  sequence += 1;
  const desired = serving.desired(route, sequence);
  await serving.plane.apply([{ ...desired, versions: [...desired.versions, { key: THIRD, port: third.port }] }]);
}

async function armOfEachUser(): Promise<string[]> {
  const answers = await posts(serving.url, USERS, (user) => ({ headers: { 'x-user': `user-${user}` } }));
  return answers.map(({ headers }) => String(headers['x-model-version']));
}

function weightIn({ arms }: Route, version: string): number {
  return arms.find((arm) => arm.version === version)?.weight ?? 0;
}

function pid(): number {
  return (JSON.parse(readFileSync(join(serving.stateDir, 'envoy/envoy.json'), 'utf8')) as { pid: number }).pid;
}
