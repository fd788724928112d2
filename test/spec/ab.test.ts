import { expect, test } from 'vitest';
import { checkSpec } from '../../spec/read-spec.ts';
import { planRollout, userKeyOf } from '../../domain/plan.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';

const metrics = [{ name: 'paid' }];
const faultsOf = (spec: Partial<RolloutSpec>) => {
  const reading = checkSpec({ endpoint: 'digits', model: 'digits', ...spec });
  return 'faults' in reading ? reading.faults.map(({ path, message }) => `${path}: ${message}`) : [];
};

test('a test with users and metrics is in order, and has users counted after an hour', () => {
  const spec = { endpoint: 'digits', model: 'digits', sticky: { header: 'x-user' }, ab: { metrics } };
  expect(faultsOf(spec)).toEqual([]);
  expect(planRollout(spec)).toMatchObject({
    ab: { weight: 5_000, windowMs: 3_600_000, decide: 'rule', onUndecided: 'hold' },
    serving: { capture: { userHeader: 'x-user', rewardWindowMs: 3_600_000 } },
  });
});

test('users of a test may be named by a cookie, which then names those who are counted', () => {
  const spec = { endpoint: 'digits', model: 'digits', sticky: { cookie: 'UID' }, ab: { metrics } };
  expect(faultsOf(spec)).toEqual([]);
  const plan = planRollout(spec);
  expect(userKeyOf(plan)).toEqual({ cookie: 'UID' });
  expect(plan.serving.capture).toMatchObject({ userHeader: null, userCookie: 'UID' });
});

test('a test may have further arms: with even shares, unless something else is asked for', () => {
  const spec = { endpoint: 'digits', model: 'digits', sticky: { header: 'x-user' } };
  const arms = [{ version: 7 }, { version: '@b', percent: 20 }];
  expect(faultsOf({ ...spec, ab: { metrics, arms } })).toEqual([]);
  const { ab } = planRollout({ ...spec, ab: { metrics, arms } });
  expect([ab?.weight, ab?.arms]).toEqual([
    2_500,
    [
      { version: '7', weight: 2_500 },
      { version: '@b', weight: 2_000 },
    ],
  ]);
  const full = [{ version: 7, percent: 49.999 }, { version: '7' }];
  expect(faultsOf({ ...spec, ab: { metrics, arms: full, percent: 26 } })).toEqual([
    'ab.arms[0].percent: must have at most two decimals, is 49.999',
    'ab.arms[1].version: 7 is named already',
    'ab.arms: leave no users to stable: with the candidate they have 101 % of them, lower some `percent`',
  ]);
});

test('a rollout without a test plans none', () => {
  const plan = planRollout({ endpoint: 'digits', model: 'digits' });
  expect([plan.ab, plan.serving.capture.rewardWindowMs]).toEqual([undefined, undefined]);
});

test('what cannot be tested is refused, with the remedy', () => {
  expect(faultsOf({ ab: { metrics } })).toEqual([
    'ab: compares users, and nothing says who they are: name them in sticky.header or sticky.cookie',
  ]);
  expect(faultsOf({ sticky: { cookie: 'uid' }, capture: { userHeader: 'x-user' }, ab: { metrics } })).toEqual([
    'capture.userHeader: must be sticky.cookie (uid) during an A/B test, so that those are counted who are split: remove it',
  ]);
  const faults = faultsOf({
    sticky: { header: 'x-user' },
    capture: { userHeader: 'x-account' },
    ab: { percent: 12.345, metrics: [...metrics, ...metrics], minDuration: '2d', window: '0s', maxDuration: '1d' },
  });
  expect(faults).toEqual([
    'ab.window: must be longer than nothing',
    'ab.minDuration: must be no longer than ab.maxDuration (1d), is 2d',
    'capture.userHeader: must be sticky.header (x-user) during an A/B test, so that those are counted who are split: remove it',
    'ab.metrics[1].name: "paid" is named already',
    'ab.percent: must have at most two decimals, is 12.345',
  ]);
});
