import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bucketRoute, splitRoute, wholeRoute } from '../../../domain/route.ts';
import { posts } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

const STICKY = { cookie: 'uid', salt: 'one' };
const USERS = 200;

let serving: Serving;
beforeAll(async () => void (serving = await startServing({ capture: { userCookie: 'uid' } })));
afterAll(() => serving.stop());

test('a user whom a cookie names keeps its arm through weight changes and a restart of Envoy', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 1_000, STICKY), 1);
  const few = await usersOnCandidate();
  const half = [STABLE, CANDIDATE].map((version) => ({ version, weight: 5_000 }));
  await serving.put(bucketRoute(half, STICKY, splitRoute(STABLE, CANDIDATE, 1_000, STICKY)), 2);
  const many = await usersOnCandidate();
  expect(few.size).toBeGreaterThan(0);
  expect(many.size).toBeGreaterThan(few.size);
  expect(many.size).toBeLessThan(USERS);
  expect([...few].filter((user) => !many.has(user))).toEqual([]);
  const killed = pid();
  process.kill(killed, 'SIGKILL');
  await until('another Envoy', async () => pid() !== killed && (await serving.plane.health()).ok);
  expect(await usersOnCandidate()).toEqual(many);
});

test('another salt deals the users anew', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 5_000, STICKY), 10);
  const one = await usersOnCandidate();
  await serving.put(splitRoute(STABLE, CANDIDATE, 5_000, { ...STICKY, salt: 'two' }), 11);
  const two = await usersOnCandidate();
  const moved = [...one].filter((user) => !two.has(user)).length;
  // Half of those on the candidate would move if the two were independent; five standard deviations around that.
  expect(Math.abs(moved - one.size / 2)).toBeLessThan(2.5 * Math.sqrt(one.size));
});

test('requests without the cookie are split by chance', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 5_000, STICKY), 20);
  for (const cookie of ['other=1', 'uid=', 'uid', 'UID=7', 'xuid=7; uidx=7']) {
    const answers = await posts(serving.url, 60, () => ({ headers: { cookie } }));
    expect(new Set(answers.map(({ headers }) => headers['x-model-version']))).toEqual(new Set([STABLE, CANDIDATE]));
    expect(userSeen(), cookie).toEqual([undefined, undefined]);
  }
});

test.for([
  { what: 'among others', cookies: ['a=1; uid=u7; b=2'] },
  { what: 'in quotes', cookies: ['uid="u7"'] },
  { what: 'without blanks, or with more of them', cookies: ['a=1;uid=u7;b=2', ' a=1 ;  uid = u7  ; b=2'] },
  { what: 'in the second of several lines', cookies: ['a=1', 'uid=u7'], lines: true },
  { what: 'beside names that begin or end like it', cookies: ['xuid=no; uidx=no; uid=u7'] },
  { what: 'after a value that looks like it', cookies: ['a="x, uid=no"; uid=u7'] },
  { what: 'twice, of which the first counts', cookies: ['uid=u7; uid=no'] },
])('the cookie is found $what', async ({ cookies, lines }) => {
  await serving.put(wholeRoute(STABLE, STICKY), 30);
  for (const cookie of lines ? [cookies] : cookies) {
    await sendCookies([cookie].flat());
    expect(userSeen()).toEqual(['u7', 'u7']);
  }
});

test('a value with = and , in it is taken whole', async () => {
  await serving.put(wholeRoute(STABLE, STICKY), 31);
  await sendCookies(['uid=ab==,c; b=2']);
  expect(userSeen()).toEqual(['ab==,c', 'ab==,c']);
});

test('a cookie full of blanks holds nobody up', async () => {
  await serving.put(wholeRoute(STABLE, STICKY), 33);
  const blanks = ' '.repeat(12_000);
  for (const cookie of [
    `a;${blanks}b; uid=u7`,
    `a=b${blanks}c; uid=u7`,
    `a;${blanks.slice(6_000)}=${blanks.slice(6_000)}; uid=u7`,
  ]) {
    await sendCookies([cookie]);
    expect(userSeen()).toEqual(['u7', 'u7']);
  }
});

test('what a client says of itself under our names does not count', async () => {
  await serving.put(wholeRoute(STABLE, STICKY), 32);
  await sendCookies(['uid=u7'], { 'x-slipway-unit': 'forged', 'x-slipway-user': 'forged' });
  expect(userSeen()).toEqual(['u7', 'u7']);
  await sendCookies(['a=1'], { 'x-slipway-unit': 'forged', 'x-slipway-user': 'forged' });
  expect(userSeen()).toEqual([undefined, undefined]);
});

async function usersOnCandidate(): Promise<Set<number>> {
  const answers = await posts(serving.url, USERS, (user) => ({ headers: { cookie: `a=${user}; uid=user-${user}` } }));
  return new Set(answers.flatMap(({ headers }, user) => (headers['x-model-version'] === CANDIDATE ? [user] : [])));
}

/** As the model server, and so the access log, saw the last request. */
function userSeen(): (string | string[] | undefined)[] {
  const headers = serving.stable.requests.at(-1)?.headers ?? {};
  return [headers['x-slipway-user'], headers['x-slipway-unit']];
}

/** Each on a line of its own. */
async function sendCookies(cookies: string[], others: Record<string, string> = {}): Promise<void> {
  const headers = ['content-type', 'application/json', 'host', 'localhost', ...Object.entries(others).flat()];
  const lines = cookies.flatMap((cookie) => ['cookie', cookie]);
  await new Promise<void>((resolve, reject) => {
    const sent = request(serving.url, { method: 'POST', headers: [...headers, ...lines] }, (answer) => {
      answer.resume().on('end', resolve);
    });
    sent.on('error', reject).end('{"inputs":[1]}');
  });
}

function pid(): number {
  return (JSON.parse(readFileSync(join(serving.stateDir, 'envoy/envoy.json'), 'utf8')) as { pid: number }).pid;
}
