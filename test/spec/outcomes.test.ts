import { expect, test } from 'vitest';
import { planRollout } from '../../domain/plan.ts';
import { readSpec } from '../../spec/read-spec.ts';

const yaml = (sql: string) =>
  `endpoint: digits\nmodel: digits\noutcomes:\n  sql: { connectionEnv: WAREHOUSE_URL, ${sql} }\n`;
const QUERY = 'query: "select id, label, at from returns where at > $1"';

test('a query is all that the reading of outcomes needs', () => {
  const reading = readSpec(yaml(QUERY));
  expect('spec' in reading && planRollout(reading.spec).outcomes).toEqual({
    connectionEnv: 'WAREHOUSE_URL',
    query: 'select id, label, at from returns where at > $1',
    ...{ rewards: [], everyMs: 300_000, overlapMs: 600_000, timeoutMs: 60_000 },
  });
});

test.each([
  ['query: select 1', /must contain \$1/],
  ['query: "select $10"', /must contain \$1/],
  [`${QUERY}, every: 1s`, /must be from 10s to 1d, is 1s/],
  [`${QUERY}, timeout: 1h`, /must be from 1s to 15m, is/],
  [`${QUERY}, rewards: ["order value"]`, /letters, digits, _ and -/],
  [`${QUERY}, password: x`, /password/],
])('%s is refused', (sql, why) => {
  const reading = readSpec(yaml(sql));
  expect('faults' in reading && reading.faults.map(({ path, message }) => `${path}: ${message}`).join('\n')).toMatch(
    why,
  );
});
