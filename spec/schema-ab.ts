import { REWARD_PATTERN, VERSION_PATTERN } from './patterns.ts';
import { duration, list, object, percent, probability, text } from './schema-parts.ts';
import type { Schema } from './schema-parts.ts';

const metric: Schema = object(
  'A reward of users.',
  {
    name: text('The name under which it is reported.', 'paid', REWARD_PATTERN),
    kind: {
      enum: ['conversion', 'mean'],
      description:
        '`conversion`: the share of users with any such reward; `mean`: what users bring in all, on average.',
      default: 'conversion',
    },
    goal: { enum: ['increase', 'decrease'], description: 'What is better.', default: 'increase' },
    minEffect: {
      type: 'number',
      minimum: 0,
      description:
        "The least difference from stable that is worth having, in the metric's own unit: 0.01 is one percentage point of a " +
        'conversion. A test that shows that there is no such gain ends without a winner.',
      default: 0,
    },
  },
  ['name'],
);

const arm: Schema = object(
  'A registered version beside candidate and stable.',
  {
    version: {
      type: ['string', 'integer'],
      pattern: VERSION_PATTERN,
      minimum: 1,
      description: "The registry's version number, or an alias with a leading @.",
    },
    percent: {
      ...percent('Percent of users on it; as many as on any other arm when absent.'),
      exclusiveMinimum: 0,
      exclusiveMaximum: 100,
    },
  },
  ['version'],
);

export const ab = object(
  'A test between canary and all traffic, with users split between both versions and compared by what they bring. Needs `sticky`.',
  {
    percent: {
      ...percent('Percent of users on the candidate; with `arms`, as many as on any other arm when absent.', 50),
      exclusiveMaximum: 100,
    },
    arms: list(
      'Further versions of the model to compare with stable. One that does harm leaves the test; one that wins ends it, and is ' +
        'to have a rollout of its own.',
      arm,
      [{ version: 7 }, { version: '@challenger-b', percent: 20 }],
      { minItems: 1, maxItems: 4 },
    ),
    metrics: list(
      'The first one decides who wins; a candidate that gets worse on any of them loses.',
      metric,
      [{ name: 'paid' }, { name: 'revenue', kind: 'mean' }],
      { minItems: 1, maxItems: 20 },
    ),
    window: duration(
      "How long a user's rewards count, from its first request in the test; each user is counted once, when it is over.",
      '1h',
    ),
    minDuration: duration('Shortest time before there is a winner.', '1d'),
    maxDuration: duration('Longest time to find one.', '7d'),
    alpha: probability('Chance that any difference is found where there is none, however often one looks.', 0.05),
    decide: {
      enum: ['rule', 'person'],
      description:
        'Whether a proved winner takes all traffic by itself, or waits for `slipway approve`. A loser goes back at once in both.',
      default: 'rule',
    },
    onUndecided: {
      enum: ['hold', 'promote', 'rollback'],
      description:
        'What a test without a winner does at its time limit: `hold` goes back to stable and keeps the candidate deployed, ' +
        '`promote` gives it all traffic without proof, `rollback` goes back.',
      default: 'hold',
    },
  },
  ['metrics'],
);
