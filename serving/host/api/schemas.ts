import { MOST_REWARD } from '../../../domain/ab.ts';
import { NAME_PATTERN } from '../../../domain/ids.ts';
import { MOST_PROFILED } from '../../../domain/profile.ts';
import { COOKIE_PATTERN } from '../../../domain/user-key.ts';

/** JSON Schemas of every body and path: what they let through has the types of domain/serving-contract.ts. */

const text = { type: 'string', minLength: 1, maxLength: 1000 } as const;
const shortText = { type: 'string', minLength: 1, maxLength: 200 } as const;
// What Envoy takes: one name that it refuses would hold up the routes of every endpoint.
const headerName = { type: 'string', pattern: '^[A-Za-z0-9_-]+$', maxLength: 200 } as const;
const cookieName = { type: 'string', pattern: COOKIE_PATTERN, maxLength: 200 } as const;
const urlPath = { type: 'string', pattern: '^/[\\x21-\\x7e]*$', maxLength: 1000 } as const;
const count = { type: 'integer', minimum: 0 } as const;

// A key names folders, files and Envoy clusters.
const key = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$' } as const;
// The registry's number of it, which the key begins with.
const version = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$' } as const;
const endpoint = { type: 'string', pattern: NAME_PATTERN } as const;
const digest = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } as const;

/** An object with exactly these fields, all of them required but the optional ones. */
function exactly(properties: Readonly<Record<string, object>>, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false } as const;
}

/** An object of one of several forms, told apart by `kind`. */
function oneKindOf(...forms: readonly object[]) {
  return { type: 'object', required: ['kind'], discriminator: { propertyName: 'kind' }, oneOf: forms } as const;
}

export const endpointPath = { type: 'object', properties: { endpoint } } as const;
export const versionPath = { type: 'object', properties: { endpoint, key } } as const;
/** Names of users are as long as their cookies. */
export const USER_LIMIT = 8_192;
const user = { type: 'string', minLength: 1, maxLength: USER_LIMIT } as const;
export const userPath = { type: 'object', properties: { endpoint, user } } as const;

const textRule = { enum: ['exact', 'normalised'] } as const;
const command = { type: 'array', items: { type: 'string', maxLength: 10_000 }, minItems: 1, maxItems: 1000 } as const;

const comparison = exactly({
  text: textRule,
  fields: {
    type: 'array',
    items: exactly({
      path: shortText,
      ignore: { type: 'boolean' },
      tolerance: { type: ['number', 'null'], minimum: 0 },
      text: textRule,
    }),
    maxItems: 1000,
  },
  score: {
    ...exactly({
      command,
      atLeast: { type: 'number' },
      timeoutMs: { type: 'integer', minimum: 1, maximum: 3_600_000 },
    }),
    type: ['object', 'null'],
  },
});

const capture = exactly(
  {
    sample: { type: 'number', minimum: 0, maximum: 1 },
    redact: { type: 'array', items: shortText, maxItems: 1000 },
    retentionDays: count,
    userHeader: { ...headerName, type: ['string', 'null'] },
    tolerance: { type: 'number', minimum: 0 },
    comparison,
    rewardWindowMs: { type: 'integer', minimum: 1 },
    userCookie: cookieName,
  },
  ['comparison', 'rewardWindowMs', 'userCookie'],
);

export const endpointSettings = exactly({
  model: text,
  timeoutMs: { type: 'integer', minimum: 1, maximum: 3_600_000 },
  retry: { type: 'boolean' },
  batchMs: { type: 'integer', minimum: 100, maximum: 3_600_000 },
  capture,
});

const servers = [
  exactly({ kind: { const: 'mlflow' } }),
  exactly({
    kind: { const: 'command' },
    command,
    healthPath: urlPath,
    predictPath: urlPath,
  }),
];

const fault = oneKindOf(
  exactly({ kind: { const: 'latency' }, addMs: { type: 'integer', minimum: 1, maximum: 3_600_000 } }),
  exactly({ kind: { const: 'errors' } }),
  exactly({ kind: { const: 'wrong-answers' } }),
  exactly({ kind: { const: 'dead' } }),
);

const runtime = oneKindOf(...servers, exactly({ kind: { const: 'drill' }, fault, of: oneKindOf(...servers) }));

export const ensureVersion = exactly({ model: text, version, digest, source: text, runtime });

const features = {
  type: 'object',
  maxProperties: MOST_PROFILED,
  additionalProperties: exactly({
    bins: {
      type: 'object',
      required: ['kind'],
      discriminator: { propertyName: 'kind' },
      oneOf: [
        exactly({ kind: { const: 'numbers' }, edges: { type: 'array', items: { type: 'number' }, maxItems: 20 } }),
        exactly({ kind: { const: 'categories' }, values: { type: 'array', items: text, maxItems: 20 } }),
      ],
    },
    counts: { type: 'array', items: count, maxItems: 22 },
    type: { enum: ['whole', 'number', 'text', 'boolean'] },
    range: { type: ['array', 'null'], items: { type: 'number' }, minItems: 2, maxItems: 2 },
  }),
} as const;

export const versionProfile = exactly({
  digest,
  profile: exactly({
    format: { const: 1 },
    source: text,
    sha256: digest,
    rows: count,
    columns: { type: 'array', items: text, maxItems: 100_000 },
    inputs: features,
    outputs: features,
  }),
});

// Sums of weights and doubled names are `routeFaults`' business: it knows the whole route.
const weights = { type: 'array', items: exactly({ version: key, weight: { type: 'integer' } }) } as const;
const salt = { type: 'string', maxLength: 200 } as const;
const sticky = {
  type: ['object', 'null'],
  oneOf: [exactly({ header: headerName, salt }), exactly({ cookie: cookieName, salt }), { type: 'null' }],
} as const;
const route = exactly(
  {
    arms: { ...weights, maxItems: 100 },
    mirrors: { type: 'array', items: exactly({ version: key, percent: { type: 'number' } }), maxItems: 100 },
    sticky,
    buckets: { ...weights, maxItems: 10_000 },
  },
  ['buckets'],
);

export const putRoute = exactly({
  fence: exactly({ epoch: count, sequence: count }),
  route,
  label: { type: 'string', maxLength: 500 },
});

const rewards = {
  type: 'object',
  propertyNames: { pattern: '^[A-Za-z][A-Za-z0-9_-]{0,62}$' },
  // Squares of them are summed, and one that overflows would take a whole batch with it.
  additionalProperties: { type: 'number', minimum: -MOST_REWARD, maximum: MOST_REWARD },
  minProperties: 1,
  maxProperties: 100,
} as const;

export const outcomes = {
  type: 'array',
  maxItems: 10_000,
  items: {
    ...exactly(
      {
        endpoint,
        requestId: shortText,
        row: { type: 'integer', minimum: 0, maximum: 2_147_483_647 },
        label: { type: ['string', 'number', 'boolean'] },
        at: { type: 'string', format: 'date-time' },
        rewards,
      },
      ['row', 'label', 'at', 'rewards'],
    ),
    anyOf: [{ required: ['label'] }, { required: ['rewards'] }],
  },
} as const;
