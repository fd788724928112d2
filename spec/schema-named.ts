import { DRIFT_MARGIN, LEAST_COVERAGE, NAMED_METRICS, type NamedMetric } from '../domain/named-metrics.ts';
import { namedMetric, object, type Schema } from './schema-parts.ts';

const DESCRIPTIONS: Readonly<Record<NamedMetric, string>> = {
  violations: "Requests whose input or answer breaks the model's schema: missing, null, out of range, of another type.",
  precision: 'False alarms, as a share of positive predictions; where labels are yes or no.',
  recall: 'Misses, as a share of what is positive; where labels are yes or no.',
  f1: 'How much F1, the harmonic mean of precision and recall, falls; where labels are yes or no.',
  mse: 'Mean squared error, each error counted up to a bound; where labels are numbers.',
  mae: 'Mean absolute error, each error counted up to a bound; where labels are numbers.',
  cpu: 'Processor seconds of each request; asked for at the last step only.',
  memory:
    'Resident memory of each server, in bytes; asked for at the last step only. In the soak, growth hour after hour.',
  gpu: 'GPU seconds of each request; asked for at the last step only.',
  gpuMemory: 'GPU memory of each server, in bytes; asked for at the last step only.',
  firstToken: 'Time to the first piece of a streamed answer, its 95th percentile; where answers are streamed.',
  outputTokens: 'Tokens of each answer, where answers tell their usage; asked for at the last step only.',
};

const metrics = (Object.keys(NAMED_METRICS) as NamedMetric[]).map((name): [string, Schema] => {
  const { margin, unit } = NAMED_METRICS[name];
  return [name, namedMetric(DESCRIPTIONS[name], unit, margin)];
});

/** Settings of `gates` that do nothing unless they are named. */
export const NAMED: Readonly<Record<string, Schema>> = {
  ...Object.fromEntries(metrics),
  coverage: object(
    'Predictions that have a label. Nothing passes before there are enough, nor while labels come for one arm sooner than for the other; nobody goes back for it. Where a metric of labels is required, only the latter holds when this is absent.',
    {
      least: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1,
        description: `Fewest labels of the candidate, as a share of its predictions; ${LEAST_COVERAGE} when absent.`,
        examples: [LEAST_COVERAGE],
      },
    },
  ),
  drift: object(
    "Distributions of what is asked and answered. Answers of the candidate alone that move away from stable's count against it; requests that differ between the arms keep the gate from passing; what moves in both arms never rolls back. Judged only where named.",
    {
      margin: {
        type: 'number',
        exclusiveMinimum: 0,
        description: `Population stability index from which on a certain difference is one; ${DRIFT_MARGIN} when absent.`,
        examples: [DRIFT_MARGIN],
      },
      common: {
        enum: ['note', 'hold'],
        description:
          'What drift of both arms does in the canary: `note` tells, and when absent; `hold` keeps the gate from passing.',
        examples: ['hold'],
      },
    },
  ),
};
