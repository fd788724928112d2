import { NAMED } from './schema-named.ts';
import { count, duration, metric, object, probability, share } from './schema-parts.ts';

export const gates = object('What counts as no worse than stable, and how sure a verdict must be.', {
  alpha: probability('Chance that a harmless candidate is rolled back, over the whole rollout.', 0.05),
  beta: probability('Chance that a candidate worse than a margin is promoted.', 0.05),
  batch: duration('Length of a gate batch: how often evidence is counted and looked at.', '10s'),
  minRequests: count("Fewest requests of the candidate in a step before the step's gate may pass.", 20),
  errors: metric(
    '5xx answers, timeouts, lost connections, and requests that stable had to rescue.',
    'share',
    0.01,
    true,
  ),
  rejected: metric('4xx answers; MLflow answers 400 when `predict` raises.', 'share', 0.01, true),
  latency: object('Quantiles of the time to answer.', {
    p50: metric('The median.', 'ratio', 0.5, true),
    p95: metric('The 95th percentile.', 'ratio', 0.5, false),
    p99: metric('The 99th percentile.', 'ratio', 1, false),
  }),
  accuracy: metric('Share of correct predictions, where labels arrive.', 'share', 0.02, false),
  ...NAMED,
  limits: object('Absolute limits: all that holds without a stable to compare with, and during the soak.', {
    errorRate: share('Most errors, as a share of requests.', 0.05),
    p99Ms: {
      type: 'number',
      exclusiveMinimum: 0,
      description: 'Most milliseconds at the 99th percentile; none when absent.',
      examples: [250],
    },
  }),
});
