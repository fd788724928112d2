import { describe, expect, test } from 'vitest';
import type { NamedMetric } from '../../domain/named-metrics.ts';
import { NAMED_METRICS } from '../../domain/named-metrics.ts';
import { planRollout } from '../../domain/plan.ts';
import { readSpec } from '../../spec/read-spec.ts';

const METRICS = Object.keys(NAMED_METRICS) as NamedMetric[];

function reading(gates: string, more = '') {
  const read = readSpec(`endpoint: digits\nmodel: digits\n${more}gates: ${gates}\n`);
  return 'faults' in read
    ? read.faults.map(({ path, message }) => `${path}: ${message}`)
    : planRollout(read.spec).gates;
}

describe('a metric that is not judged unless it is named', () => {
  test.each(METRICS)('%s has a margin of its own and is asked for, once it is named', (name) => {
    expect(reading('{}')).not.toHaveProperty(name);
    expect(reading(`{ ${name}: {} }`)).toHaveProperty(name, { margin: NAMED_METRICS[name].margin, required: true });
    expect(reading(`{ ${name}: { margin: 0.3, required: false } }`)).toHaveProperty(name, {
      ...{ margin: 0.3, required: false },
    });
  });

  test.each(METRICS)('%s with a margin of nothing is refused, with its path', (name) => {
    expect(reading(`{ ${name}: { margin: 0 } }`)).toEqual([`gates.${name}.margin: must be more than 0, is 0`]);
    expect(reading(`{ ${name}: { margin: ten } }`)).toEqual([`gates.${name}.margin: must be a number, is "ten"`]);
  });

  test('may have a ratio beyond 1, and a share of 1 at most', () => {
    expect(reading('{ memory: { margin: 3 } }')).toHaveProperty('memory.margin', 3);
    expect(reading('{ recall: { margin: 3 } }')).toEqual(['gates.recall.margin: must be at most 1, is 3']);
  });

  test('that does not exist is refused with what may have been meant', () => {
    expect(reading('{ presicion: {} }')).toEqual(['gates.presicion: is not a known key; did you mean "precision"?']);
    expect(reading('{ recall: { least: 0.5 } }')).toEqual([
      'gates.recall.least: is not a known key; known here: margin, required',
    ]);
  });
});

describe('coverage and drift', () => {
  test('have defaults once they are named, and are absent before', () => {
    expect(reading('{ coverage: {}, drift: {} }')).toMatchObject({
      coverage: { least: 0.5 },
      drift: { margin: 0.1, common: 'note' },
    });
    expect(Object.keys(reading('{}'))).not.toEqual(expect.arrayContaining(['coverage']));
    expect(Object.keys(reading('{}'))).not.toEqual(expect.arrayContaining(['drift']));
  });

  test('are refused with values that mean nothing', () => {
    expect(reading('{ coverage: { least: 0 }, drift: { margin: 0, common: rollback } }')).toEqual([
      'gates.coverage.least: must be more than 0, is 0',
      'gates.drift.margin: must be more than 0, is 0',
      'gates.drift.common: must be one of note, hold, is "rollback"',
    ]);
  });
});

describe('metrics whose labels cannot both come', () => {
  test('of classes, for a regression, are refused, each with the remedy', () => {
    const validate = 'validate: { task: regression, data: { source: v.csv, label: y } }\n';
    const message =
      'needs labels that are yes or no, but validate.task is regression: name gates.mse or gates.mae instead';
    expect(reading('{ f1: {}, recall: {}, mse: {} }', validate)).toEqual([
      `gates.f1: ${message}`,
      `gates.recall: ${message}`,
    ]);
    expect(reading('{ mse: {}, mae: {} }', validate)).toHaveProperty('mse');
  });

  test('of classes beside those of numbers are refused', () => {
    expect(reading('{ f1: {}, mae: {} }')).toEqual([
      'gates.f1: needs labels that are yes or no, but gates.mae needs labels that are numbers: name metrics of one kind',
    ]);
  });
});
