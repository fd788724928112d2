import { expect, test } from 'vitest';
import { CANDIDATE, STABLE, arm } from '../support/batches.ts';
import { requestTable } from '../../../gates/kinds/request-tables.ts';

const arms = {
  candidate: arm(CANDIDATE, 100, { errors: 9, timeouts: 4, rejected: 3, violations: 7 }),
  stable: arm(STABLE, 400, { errors: 8, timeouts: 1, rejected: 2, violations: 5 }),
};

test('bad requests of every kind are counted per arm', () => {
  const bad = (metric: Parameters<typeof requestTable>[0]) => {
    const table = requestTable(metric, arms);
    return table && [table.candidateBad, table.candidate, table.stableBad, table.stable];
  };
  expect(bad('errors')).toEqual([9, 100, 8, 400]);
  expect(bad('timeouts')).toEqual([4, 100, 1, 400]);
  expect(bad('rejected')).toEqual([3, 100, 2, 400]);
  expect(bad('violations')).toEqual([7, 100, 5, 400]);
});

test('violations that only one arm counts are no comparison', () => {
  expect(requestTable('violations', { ...arms, stable: arm(STABLE, 400) })).toBeNull();
});
