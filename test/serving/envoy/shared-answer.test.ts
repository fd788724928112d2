import { expect, test } from 'vitest';
import { sharedAnswer } from '../../../serving/envoy/shared-answer.ts';

test('those who ask at once share one request, and a fault', async () => {
  let asked = 0;
  const ask = sharedAnswer(() => Promise.resolve(++asked));
  expect(await Promise.all([ask(), Promise.resolve().then(ask), ask()])).toEqual([1, 1, 1]);
  const failing = sharedAnswer(() => Promise.reject(new Error(`fault ${++asked}`)));
  const faults = await Promise.allSettled([failing(), failing()]);
  expect(faults.map((fault) => fault.status === 'rejected' && String(fault.reason))).toEqual([
    'Error: fault 2',
    'Error: fault 2',
  ]);
});

test('whoever asks once the request is sent gets a newer answer, never that one', async () => {
  let state = 'before';
  const sent = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const ask = sharedAnswer(async () => {
    const answer = state;
    sent.resolve();
    await answered.promise;
    return answer;
  });
  const early = ask();
  await sent.promise;
  state = 'after';
  const late = ask();
  answered.resolve();
  expect(await Promise.all([early, late])).toEqual(['before', 'after']);
});
