import { HEADER_PATTERN, TABLE_PATTERN } from './patterns.ts';
import { count, duration, list, object, orFalse, share, text, type Schema } from './schema-parts.ts';

const data = object(
  'A data set of labelled rows.',
  {
    source: text(
      'Path on the worker, or `runs:/<run>/<path>`; CSV, JSON lines or Parquet, by its ending.',
      'data/holdout.csv',
      TABLE_PATTERN,
    ),
    label: text('The column that holds the truth.', 'label'),
    exclude: list('Columns that are not features.', { type: 'string' }, ['customer_id'], {
      uniqueItems: true,
      default: [],
    }),
    maxRows: count('Most rows that are scored; all when absent.'),
  },
  ['source', 'label'],
);

const slice = object(
  'Rows that are checked by themselves.',
  {
    name: text('What reports call it.', 'new customers'),
    where: text("An SQL predicate over the data's columns.", 'tenure_days < 30'),
    margin: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      description:
        "Most that the metric may fall below stable's here; when absent, 0.05 or the stage's margin if that is larger.",
      examples: [0.05],
    },
  },
  ['name', 'where'],
);

function numbersByMetric(description: string, example: Record<string, number>): Schema {
  return { type: 'object', description, additionalProperties: { type: 'number' }, default: {}, examples: [example] };
}

export const validate = orFalse(
  'Scoring candidate and stable on labelled data, through their own servers and without live traffic.',
  object(
    'Scoring on labelled data.',
    {
      data,
      task: { enum: ['classification', 'regression'], description: 'What the labels are.', default: 'classification' },
      margin: share("Most that accuracy (classification) or R² (regression) may fall below stable's.", 0.02),
      limits: numbersByMetric('Limits that hold without a stable to compare with.', { accuracy: 0.9 }),
      slices: list('Parts of the data checked by themselves.', slice, [{ name: 'new', where: 'tenure_days < 30' }], {
        default: [],
      }),
      reproduce: numbersByMetric(
        'Metric logged at training → most it may differ when reproduced through the endpoint.',
        {
          accuracy: 0.01,
        },
      ),
      timeout: duration('Longest time for the whole stage.', '30m'),
    },
    ['data'],
  ),
);

export const capture = object('What is kept of predictions.', {
  sample: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    description: 'Share of predictions whose bodies are kept; counts always cover all.',
    default: 1,
  },
  redact: list('Fields that are blanked out of recorded inputs.', { type: 'string' }, ['email'], {
    uniqueItems: true,
    default: [],
  }),
  retentionDays: count('Days after which recorded predictions are dropped.', 30),
  userHeader: text(
    'Header that names the user, for deletion and for sums by user; what `sticky` names when absent.',
    'x-user-id',
    HEADER_PATTERN,
  ),
});
