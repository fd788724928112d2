import { expect, test } from 'vitest';
import { exposition, metric, series } from '../../domain/exposition.ts';

const restarts = metric('counter', 'restarts_total', 'How often\nit began.', ['endpoint']);

test('a metric has its help, its type and a line for each sample', () => {
  expect(
    exposition([
      series(restarts, [
        [{ endpoint: 'digits' }, 2],
        [{ endpoint: 'iris' }, 0],
      ]),
    ]),
  ).toBe(
    `# HELP slipway_restarts_total How often\\nit began.
# TYPE slipway_restarts_total counter
slipway_restarts_total{endpoint="digits"} 2
slipway_restarts_total{endpoint="iris"} 0
`,
  );
});

test('what a label holds cannot end it', () => {
  const text = exposition([series(restarts, [[{ endpoint: 'a"b\\c\nd' }, 1]])]);
  expect(text).toContain('{endpoint="a\\"b\\\\c\\nd"} 1\n');
});

test('buckets count what is below their bound, and the last one counts everything', () => {
  const family = metric('histogram', 'wait_seconds', 'A wait.', []);
  const value = {
    buckets: [
      [0.1, 3],
      [1, 0],
      [5, 2],
    ] as const,
    sum: 7.5,
    count: 6,
  };
  expect(
    exposition([series(family, [[{}, value]])])
      .split('\n')
      .slice(2),
  ).toEqual([
    'slipway_wait_seconds_bucket{le="0.1"} 3',
    'slipway_wait_seconds_bucket{le="1"} 3',
    'slipway_wait_seconds_bucket{le="5"} 5',
    'slipway_wait_seconds_bucket{le="+Inf"} 6',
    'slipway_wait_seconds_sum 7.5',
    'slipway_wait_seconds_count 6',
    '',
  ]);
});

test('numbers without end have Prometheus’ names, and a metric without samples is not there', () => {
  const gauge = metric('gauge', 'age_seconds', 'An age.', []);
  const text = exposition([
    series(restarts, []),
    series(gauge, [
      [{}, Infinity],
      [{}, -Infinity],
      [{}, NaN],
    ]),
  ]);
  expect(text.split('\n').slice(2, 5)).toEqual(['+Inf', '-Inf', 'NaN'].map((word) => `slipway_age_seconds ${word}`));
  expect(text).not.toContain('restarts');
});
