import { BAD_EXPOSURE, LEAST_EXPOSURE, MAX_PERCENT } from '../domain/ramp.ts';
import { compare } from './schema-compare.ts';
import { PATH_PATTERN } from './patterns.ts';
import { count, duration, flag, list, object, orFalse, percent, share, text } from './schema-parts.ts';
import type { Schema } from './schema-parts.ts';

const inconclusive: Schema = {
  enum: ['hold', 'ask', 'extend', 'rollback', 'promote'],
  description:
    'What an undecided gate does at its time limit: `hold` goes back to stable and keeps the candidate deployed, `ask` waits for a person, ' +
    '`extend` goes on watching, `rollback` goes back, `promote` goes on without proof.',
  default: 'hold',
};

const kind: Schema = {
  enum: ['mlflow', 'command'],
  description: '`mlflow` serves an MLflow model; `command` runs any server.',
  default: 'mlflow',
};

export const runtime: Schema = {
  description: "How a version's server is run.",
  properties: { kind },
  required: ['kind'],
  default: { kind: 'mlflow' },
  if: { properties: { kind: { const: 'command' } } },
  then: object(
    'Any HTTP server.',
    {
      kind,
      command: list(
        "The program and its arguments; {port} and {model} (the artifact's folder) are filled in.",
        { type: 'string' },
        ['python', 'serve.py', '--port', '{port}', '--model', '{model}'],
        { minItems: 1 },
      ),
      healthPath: { ...text('Answers 200 once the server is ready.', '/ready', PATH_PATTERN), default: '/health' },
      predictPath: { ...text('Takes one prediction, POST.', '/predict', PATH_PATTERN), default: '/invocations' },
    },
    ['kind', 'command'],
  ),
  else: object('An MLflow model.', { kind }),
};

export const serving = object('How predictions are answered.', {
  timeout: duration(
    'Longest time one version may take for a prediction; a second try, by the other version, gets as long again.',
    '5s',
  ),
  retry: flag('Whether a prediction may be sent again, to the other version, when its own does not answer.', true),
});

export const build = object('Starting the candidate and asking it for its own example.', {
  timeout: duration('Longest time until it answers.', '30m'),
});

export const shadow = orFalse(
  'Copies of live requests to the candidate, whose answers are compared and never served. `false` leaves it out.',
  object('Copies of live requests.', {
    percent: percent('Percent of live requests that are copied.', 100),
    minPairs: count('Fewest pairs of answers before the gate may pass.', 200),
    maxDisagreement: share('Most that answers may differ, as a share of pairs.', 0.1),
    tolerance: {
      type: 'number',
      minimum: 0,
      description: 'How far two numeric predictions may differ and still agree, relative to the served one.',
      default: 1e-6,
    },
    compare,
    maxDuration: duration('Longest time to reach a verdict.', '1h'),
    onInconclusive: inconclusive,
  }),
);

const step: Schema = {
  if: { type: 'object' },
  then: object(
    'A step with settings of its own.',
    {
      percent: percent('Percent of live traffic.'),
      approval: flag('Whether the step begins only when a person approves.', false),
      minDuration: duration("Shortest time at this step; the canary's own when absent.", undefined, '10m'),
    },
    ['percent'],
  ),
  else: percent('Percent of live traffic.'),
};

export const canary = object('Live traffic in growing steps, each with a gate.', {
  steps: list(
    'Percents, each larger than the one before; an empty list goes from shadow to full. When absent, the weight follows ' +
      'the evidence, within the budget of `risk`.',
    step,
    [5, 25, 50],
  ),
  minDuration: duration('Shortest time at each step.', '1m'),
  maxDuration: duration('Longest time at each step to reach a verdict.', '2h'),
  onInconclusive: inconclusive,
});

export const risk = object(
  'What it may cost to find out about the candidate, where `canary.steps` does not fix the weights: every next weight ' +
    'follows from how bad the candidate can still be.',
  {
    badExposure: {
      type: 'integer',
      // Less than this, not even a candidate without a single bad answer can be shown to keep.
      minimum: LEAST_EXPOSURE,
      description:
        "Most bad responses (errors, timeouts, 4xx) beyond stable's own rate, until the candidate is proved to be within its margins.",
      default: BAD_EXPOSURE,
    },
    maxPercent: {
      type: 'number',
      exclusiveMinimum: 0,
      // Beyond it stable has too little traffic to be compared with.
      maximum: 90,
      description:
        'Percent of live traffic at which the candidate must be proved to be within every margin. Then it gets half of the ' +
        'traffic for `canary.minDuration`, to show how it bears load, unless this is 40 or more; then all.',
      default: MAX_PERCENT,
    },
  },
);

export const soak = orFalse(
  'Watching after all traffic moved, with stable still at full capacity. `false` leaves it out.',
  object('Watching after all traffic moved.', {
    duration: duration('How long.', '24h'),
    window: duration('How often it is judged.', '15m'),
  }),
);

export const rollback = object('How the rollout goes back when a gate fails, and what follows.', {
  style: {
    enum: ['immediate', 'to-shadow'],
    description:
      'Both give stable all traffic at once; with to-shadow the failed candidate goes on getting copies of requests for diagnosis.',
    default: 'immediate',
  },
  shadowFor: duration('How long it goes on getting them, with to-shadow.', '30m'),
  watch: duration('How long stable is watched once it has its traffic back; 0s for not at all.', '2m'),
});
