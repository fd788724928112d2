import { REWARD_PATTERN, SECRET_ENV_PATTERN } from './patterns.ts';
import { duration, list, object, text, type Schema } from './schema-parts.ts';

/** Nothing in here has a default before there is a query. */
export const outcomes: Schema = object(
  'Where what became of predictions is read, beside what is pushed; see docs/outcomes.md.',
  {
    sql: object(
      'A query of a PostgreSQL database, run at set times in a transaction that can only read.',
      {
        connectionEnv: text(
          "Variable of the worker's environment that holds the connection string (postgresql://…), never the string itself.",
          'WAREHOUSE_URL',
          SECRET_ENV_PATTERN,
        ),
        query: text(
          'Gives `id`, the id of the request, and `at`, when the truth was known; then `label`, the columns of `rewards`, or both, and `row` where requests have several. `$1` is the moment from which on it is to look.',
          'select request_id as id, returned as label, booked_at as at from returns where booked_at >= $1',
        ),
        rewards: list(
          'Columns that hold rewards, called as in `ab.metrics`.',
          { type: 'string', pattern: REWARD_PATTERN },
          ['revenue'],
          { uniqueItems: true, maxItems: 20 },
        ),
        every: duration('How often it is run; 5m when absent.', undefined, '5m'),
        overlap: duration(
          'How far behind the latest truth that is known each run looks, for what was written late; 10m when absent.',
          undefined,
          '1h',
        ),
        timeout: duration('Longest time for a statement; 1m when absent.', undefined, '1m'),
      },
      ['connectionEnv', 'query'],
    ),
  },
  ['sql'],
);
