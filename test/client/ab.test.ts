import { expect, test } from 'vitest';
import { planRollout } from '../../domain/plan.ts';
import { renderVerdict } from '../../client/render/verdict.ts';
import { stageRows } from '../../client/render/plan-stages.ts';
import type { MetricEvidence, Verdict } from '../../domain/verdict.ts';

const reward: MetricEvidence = {
  metric: 'reward.paid',
  decision: 'pass',
  required: true,
  against: 1,
  inFavour: 900,
  candidate: 0.2,
  stable: 0.1,
  unit: 'share',
  margin: 0,
  n: { candidate: 2_000, stable: 2_000 },
  effect: { estimate: 0.1, low: 0.06, high: 0.14 },
};

const verdict = {
  decision: 'pass',
  summary: 'won',
  metrics: [
    reward,
    { ...reward, metric: 'reward.revenue', decision: 'undecided', unit: 'reward', candidate: 2, effect: null },
  ],
} satisfies Partial<Verdict>;

test('a test is shown with both versions’ values and the interval of their difference', () => {
  const [, paid, revenue] = renderVerdict('gate', verdict);
  expect(paid).toMatch(/paid +20 % +stable 10 % +between \+6 and \+14 points +better/);
  expect(revenue).toMatch(/revenue +2 +stable 0\.1 +too little was seen to compare +open/);
});

test('of several arms each has its rows, under its name', () => {
  const further = { ...reward, version: 'v7-77aa88bb99cc', candidate: 0.3 };
  const [, paid, other] = renderVerdict('gate', { ...verdict, metrics: [reward, further] });
  expect(paid).toMatch(/paid +20 %/);
  expect(other).toMatch(/paid of v7 +30 % +stable 10 %/);
});

test('a plan says who is counted when, what decides, and what an undecided test does', () => {
  const ab = {
    metrics: [
      { name: 'paid', minEffect: 0.01 },
      { name: 'revenue', kind: 'mean' as const },
    ],
  };
  const rows = stageRows(planRollout({ endpoint: 'digits', model: 'digits', ab }), [], null);
  expect(rows.filter(([stage]) => stage === 'ab')).toEqual([
    ['ab', '50 % of users, each counted 1h after its first request', 'at least 1d'],
  ]);
  const text = rows.map((row) => row.join(' ')).join('\n');
  expect(text).toContain('share of users with "paid": is to increase, by 1 % or more');
  expect(text).toContain('"revenue" a user: must not get worse');
  expect(text).toContain('a winner goes on by itself at most 7d, then hold');
});
