import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitRoute } from '../../../domain/route.ts';
import { posts } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';

let serving: Serving;
beforeAll(async () => void (serving = await startServing()));
afterAll(() => serving.stop());

const USERS = 200;

test('a user stays on one arm, and on the candidate while its weight rises', async () => {
  const candidateUsers: Set<number>[] = [];
  for (const [sequence, weight] of [1000, 3000, 6000].entries()) {
    await serving.put(splitRoute(STABLE, CANDIDATE, weight, { header: 'x-user', salt: 'one' }), sequence + 1);
    const [first, second] = [await usersOnCandidate(), await usersOnCandidate()];
    expect(second).toEqual(first);
    expect([...(candidateUsers.at(-1) ?? [])].filter((user) => !first.has(user))).toEqual([]);
    candidateUsers.push(first);
  }
  const [few = new Set(), some = new Set(), many = new Set()] = candidateUsers;
  expect(few.size).toBeGreaterThan(0);
  expect(some.size).toBeGreaterThan(few.size);
  expect(many.size).toBeGreaterThan(some.size);
  expect(many.size).toBeLessThan(USERS);
});

test('another salt deals the users anew', async () => {
  const sets: Set<number>[] = [];
  for (const [index, salt] of ['one', 'two'].entries()) {
    await serving.put(splitRoute(STABLE, CANDIDATE, 5000, { header: 'x-user', salt }), 10 + index);
    sets.push(await usersOnCandidate());
  }
  const [one = new Set(), two = new Set()] = sets;
  const moved = [...one].filter((user) => !two.has(user)).length;
  // Half of those on the candidate would move if the two were independent; five standard deviations around that.
  expect(moved).toBeGreaterThan(one.size / 2 - 2.5 * Math.sqrt(one.size));
  expect(moved).toBeLessThan(one.size / 2 + 2.5 * Math.sqrt(one.size));
});

test('requests that name no user are split by chance', async () => {
  await serving.put(splitRoute(STABLE, CANDIDATE, 5000, { header: 'x-user', salt: 'one' }), 20);
  const answers = await posts(serving.url, 60);
  expect(new Set(answers.map(({ headers }) => headers['x-model-version']))).toEqual(new Set([STABLE, CANDIDATE]));
});

async function usersOnCandidate(): Promise<Set<number>> {
  const answers = await posts(serving.url, USERS, (user) => ({ headers: { 'x-user': `user-${user}` } }));
  return new Set(answers.flatMap(({ headers }, user) => (headers['x-model-version'] === CANDIDATE ? [user] : [])));
}
