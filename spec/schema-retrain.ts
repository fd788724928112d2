import { count, duration, list, object, text, type Schema } from './schema-parts.ts';
import { SECRET_ENV_PATTERN } from './patterns.ts';

const variable = { type: 'string', pattern: SECRET_ENV_PATTERN };

const project = object(
  'An MLflow Project, run in the environment of the Python that has MLflow.',
  {
    uri: text('A folder on the worker, or a Git repository.', 'https://github.com/acme/train'),
    entryPoint: text('What of it is run; `main` when absent.', 'retrain'),
    parameters: {
      type: 'object',
      description: "The entry point's parameters.",
      additionalProperties: { type: ['string', 'number'] },
      examples: [{ epochs: 20 }],
    },
  },
  ['uri'],
);

const secret = (what: string, example: string) =>
  text(
    `Variable of the worker's environment that holds ${what}, never the secret itself.`,
    example,
    SECRET_ENV_PATTERN,
  );

const webhook = object(
  'A job of somebody else, such as CI, that is asked for by POST; {id} stands for the id of the retraining.',
  {
    url: text('Where it is asked for.', 'https://ci.example.com/jobs/train'),
    secretEnv: secret('the secret that signs the request', 'SLIPWAY_WEBHOOK_SECRET'),
    tokenEnv: secret('a bearer token', 'GITHUB_TOKEN'),
    body: {
      type: 'object',
      description: "What is sent, as JSON; a description of Slipway's own when absent.",
      examples: [{ ref: 'main', inputs: { retrain: '{id}' } }],
    },
    statusUrl: text(
      'Answers `{"status": "running" | "succeeded" | "failed", "message": …}`; when absent, the job is over once a new version is registered.',
      'https://ci.example.com/jobs/{id}',
    ),
  },
  ['url'],
);

const data = object(
  'Logged predictions whose truth is known, for a job on the worker: a file of JSON lines, named by SLIPWAY_LABELLED; none when absent.',
  {
    days: {
      type: 'integer',
      minimum: 1,
      description: 'How many days back; 30 when absent, and no more than `capture.retentionDays`.',
      examples: [14],
    },
    maxRows: count('Most rows, of which the newest are taken; 100000 when absent.'),
  },
);

/** Nothing in here has a default before there is a job. */
export const retrain: Schema = object(
  'How a new version is trained, by hand, on a schedule or after a finding; it is then rolled out by this specification.',
  {
    job: object('Exactly one of `command`, `project` and `webhook`; see docs/retraining.md.', {
      command: list(
        'A program and its arguments, run on a worker without a shell.',
        { type: 'string', minLength: 1 },
        ['python', 'train.py'],
        { minItems: 1 },
      ),
      project,
      webhook,
      cwd: text("Folder in which it runs; the worker's own when absent.", 'training'),
      env: {
        type: 'object',
        description: 'Variables of its environment; no secrets, since the specification is kept in histories.',
        propertyNames: variable,
        additionalProperties: { type: 'string' },
        examples: [{ EPOCHS: '20' }],
      },
      passEnv: list(
        "Variables that it gets from the worker's environment; what the worker itself logs in with is withheld otherwise.",
        variable,
        ['DATABASE_URL'],
        { uniqueItems: true },
      ),
    }),
    data,
    timeout: duration('Longest time for the job; 6h when absent.', undefined, '6h'),
    cooldown: duration('How long after a retraining findings start no other one; 1d when absent.', undefined, '1d'),
    onBusy: {
      enum: ['wait', 'skip'],
      description:
        'What becomes of the new version while something else has the endpoint: `wait`, as when absent, rolls it out afterwards, `skip` leaves it in the registry.',
      examples: ['skip'],
    },
    maxWait: duration('Longest wait for the endpoint; 2d when absent.', undefined, '2d'),
  },
  ['job'],
);
