import { expect, test } from 'vitest';
import { remembered } from '../../worker/metrics/remembered.ts';

const ALWAYS_STALE = -1;

test('while reading fails the last good answer stands, so that no alert ends and fires again', async () => {
  const answers = [Promise.reject(new Error('down')), 1, Promise.reject(new Error('down')), 2];
  const read = remembered(ALWAYS_STALE, 0, () => Promise.resolve(answers.shift() ?? 0));
  expect([await read(), await read(), await read(), await read()]).toEqual([0, 1, 1, 2]);
});

test('an answer is shared for as long as it is fresh', async () => {
  let asked = 0;
  const read = remembered(60_000, 0, () => Promise.resolve((asked += 1)));
  expect(await Promise.all([read(), read()])).toEqual([1, 1]);
  expect(await read()).toBe(1);
});
