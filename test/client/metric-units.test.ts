import { expect, test } from 'vitest';
import type { MetricEvidence, Verdict } from '../../domain/verdict.ts';
import { VERDICT } from './fixtures.ts';
import { metricClauses } from '../../client/render/explain-metric.ts';
import { renderVerdict } from '../../client/render/verdict.ts';

const METRIC: MetricEvidence = {
  metric: 'memory',
  decision: 'undecided',
  required: true,
  against: 1,
  inFavour: 3,
  candidate: 1.39e9,
  stable: 9.98e8,
  unit: 'bytes',
  margin: 0.25,
  n: { candidate: 38, stable: 38 },
  effect: { estimate: 0.388, low: 0.199, high: 1.606 },
  limits: { against: 33, inFavour: 20 },
};

const rows = (...metrics: Partial<MetricEvidence>[]) => {
  const verdict: Verdict = { ...VERDICT, metrics: metrics.map((metric) => ({ ...METRIC, ...metric })) };
  return renderVerdict('canary', verdict)
    .slice(2)
    .map((line) => line.trim().replaceAll(/ {2,}/g, ' | '));
};

test('each kind of metric has its own unit, and a margin that is relative where values are no shares', () => {
  const optional = { required: false, decision: 'undecided' } as const;
  expect(
    rows(
      {},
      { metric: 'cpu', unit: 'seconds', candidate: 0.032, stable: 0.02 },
      { metric: 'mse', unit: 'loss', candidate: 1.7, stable: 0.98, margin: 0.1, detail: '2 % are cut off' },
      { metric: 'recall', unit: 'share', candidate: 0.12, stable: 0.1, margin: 0.05, ...optional },
      { metric: 'drift', unit: 'index', candidate: 0.31, stable: null, margin: 0.1, detail: 'outputs.score' },
    ),
  ).toEqual([
    'memory | 1.4 GB | stable 998 MB | margin +25 % | open',
    'cpu | 32 ms a request | stable 20 ms a request | margin +25 % | open',
    'mse | 1.7 | stable 0.98 | margin +10 % | open | 2 % are cut off',
    'misses | 12 % | stable 10 % | margin 5 % | open | not needed to go on',
    'drift | 0.31 | margin 0.1 | open | outputs.score',
  ]);
});

test('what decides nothing is shown without a decision', () => {
  const shown = { required: false, unit: 'share', candidate: 0.02, stable: 0.01, margin: 1 } as const;
  expect(
    rows({ ...shown, metric: 'timeouts' }, { ...shown, metric: 'drift.common', unit: 'index', stable: null }),
  ).toEqual(['timeouts | 2 % | stable 1 % | among the errors', 'drift.common | 0.02 | margin 1 | never goes back']);
});

test('differences are told as more or less where nothing is slow', () => {
  const gate = {
    name: 'canary',
    stage: 'canary',
    at: null,
    tookMs: null,
    verdict: VERDICT,
    sequential: true,
    nextWeight: 10_000,
  };
  expect(metricClauses(METRIC, gate)).toEqual([
    ['seen', '1.4 GB in 38 batches, stable 998 MB in 38 batches'],
    ['difference', '38.8 % more; between 19.9 % more and 2.6 times as much, however often one looks'],
    ['against it', 'nothing beyond chance; 1 in 33 would be enough to go back'],
    [
      'for it',
      'at most 1 in 3 rollouts of a version with more than 25 % more would ever look this good; 1 in 20 is asked for',
    ],
  ]);
});
