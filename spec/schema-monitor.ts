import { FINDING_KINDS, MONITOR_POLICIES, QUALITY_MEASURES, type FindingKind } from '../domain/monitor.ts';
import { duration, list, object, orFalse, text, type Schema } from './schema-parts.ts';

const ABOUT: Readonly<Record<FindingKind, string>> = {
  drift: 'Distributions of inputs or answers that are no longer those of the reference.',
  input_quality: 'Inputs that are missing, out of range or of another type.',
  quality: 'Lost accuracy, or another measure of quality by late labels.',
  errors: 'Failed or rejected requests: more than usual, or than the limit.',
  latency: 'Slow requests: more than usual, or than the limit.',
  resources:
    'Memory that grows without end; and processor, GPU, memory or tokens far beyond what the version uses as a rule.',
  outliers: 'Answers of a kind that is rare as a rule.',
  silence: 'No requests, or no evidence, for longer than is usual.',
};

function policy(description: string): Schema {
  return {
    enum: [...MONITOR_POLICIES],
    description: `${description} \`notify\` tells receivers, \`ask\` tells them the command that goes back, \`rollback\` goes back by itself, once a promotion, \`retrain\` runs the job of \`retrain\` and rolls out what it registers.`,
    default: 'notify',
  };
}

function limit(name: string, maximum?: number): Schema {
  return { type: 'number', exclusiveMinimum: 0, ...(maximum && { maximum }), description: `Limit of ${name}.` };
}

export const monitor = orFalse(
  'Watching the version after its rollout, for as long as it serves. `false` leaves it out.',
  object('Watching the version after its rollout; see docs/monitor.md.', {
    window: duration('How often it is judged, a day at most.', '5m'),
    errors: object('Failed requests.', {
      max: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1,
        description: 'Most of them as a share of requests; `gates.limits.errorRate` when absent.',
        examples: [0.05],
      },
    }),
    latency: object('Latency.', {
      p99Ms: {
        type: 'number',
        exclusiveMinimum: 0,
        description: 'Longest p99 in milliseconds; `gates.limits.p99Ms` when absent.',
        examples: [300],
      },
    }),
    silence: duration('Longest time without a request; longer where such pauses are usual.', '30m'),
    quality: object('What late labels must say; without limits they are not judged. See docs/outcomes.md.', {
      over: duration('Predictions of so long are judged together.', '24h'),
      min: object(
        'Least of a share; found when labels prove that it is below. By class, the mean of classes.',
        Object.fromEntries(QUALITY_MEASURES.min.map((name) => [name, limit(name, 1)])),
      ),
      max: object(
        'Most of an error; found when labels prove that it is above.',
        Object.fromEntries(QUALITY_MEASURES.max.map((name) => [name, limit(name)])),
      ),
      slices: list(
        'Parts of the predictions that are held to the same limits by themselves.',
        object(
          'Predictions that are looked at by themselves.',
          {
            name: text('What alerts call it.', 'new customers'),
            where: text('A condition on fields of the input, as in `validate.slices`.', 'tenure_days < 30'),
          },
          ['name', 'where'],
        ),
        [{ name: 'new', where: 'tenure_days < 30' }],
        { maxItems: 20 },
      ),
    }),
    policy: object(
      'What is done about each kind of finding.',
      Object.fromEntries(FINDING_KINDS.map((kind) => [kind, policy(ABOUT[kind])])),
    ),
    escalateAfter: duration(
      'How long an incident may stay without acknowledgement before it is told again, as critical.',
      '1h',
    ),
  }),
);
