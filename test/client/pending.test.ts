import { expect, test } from 'vitest';
import { renderPending } from '../../client/render/pending.ts';

const AWAY =
  'MLflow POST /api/2.0/mlflow/registered-models/alias: CONNECTION_FAILED: connect ECONNREFUSED 127.0.0.1:5000, after 6 attempts';

test('a step that waits for the registry says what it does, which try comes, and why', () => {
  expect(renderPending([{ type: 'moveAlias', attempt: 3, lastFailure: AWAY }])).toEqual([
    "waits: moving the registry's alias, try 3, since MLflow does not answer: connect ECONNREFUSED 127.0.0.1:5000; it tries on by itself",
  ]);
});

test('what MLflow answers is told as its answer, and other failures in their own words', () => {
  const lines = renderPending([
    {
      type: 'preflight',
      attempt: 2,
      lastFailure: 'MLflow GET /x: INTERNAL_ERROR: database is locked, after 6 attempts',
    },
    { type: 'somethingNew', attempt: 2, lastFailure: 'stable is unhealthy' },
  ]);
  expect(lines).toEqual([
    'waits: looking up version and endpoint, try 2, since MLflow answered: INTERNAL_ERROR: database is locked; it tries on by itself',
    'waits: somethingNew, try 2, since the last one failed: stable is unhealthy; it tries on by itself',
  ]);
});

test('a step that goes well is not mentioned', () => {
  expect(renderPending([{ type: 'watchGate', attempt: 1, lastFailure: null }])).toEqual([]);
});
