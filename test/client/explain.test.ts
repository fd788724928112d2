import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain } from '../../client/judge/explanation.ts';
import { about, aboutTime, oneIn, pointsBetween, slowerBetween } from '../../client/render/explain-words.ts';
import { advice } from '../../client/render/explain-advice.ts';
import { renderExplanation } from '../../client/render/explain.ts';
import { sighting, STATUS, VERDICT } from './fixtures.ts';
import { entriesOf } from './judged-rollout.ts';
import { question } from '../gates/support/batches.ts';
import type { HistoryRow } from '../../client/ledger.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import type { MetricEvidence, Verdict } from '../../domain/verdict.ts';
import type { Sighting } from '../../client/rollouts/sighting.ts';

function explained(notes: readonly Partial<LedgerEntry>[], look: Sighting | null = null) {
  const rows = entriesOf('digits', notes).map((entry, index): HistoryRow => {
    return { ...entry, seq: index + 1, recordedAt: entry.effectiveAt, hash: '' };
  });
  return explain(rows as [HistoryRow, ...HistoryRow[]], look);
}

const told = (...args: Parameters<typeof explained>) => renderExplanation(explained(...args)).split('\n');

/** The lines under a metric's name, each as one blank-separated text. */
function clausesOf(lines: readonly string[], metric: string): string[] {
  const from = lines.findIndex((line) => line.startsWith(`  ${metric}`)) + 1;
  const clauses = lines.slice(from);
  const end = clauses.findIndex((line) => !line.startsWith('      '));
  return clauses.slice(0, end).map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
}

const ERRORS: MetricEvidence = {
  metric: 'errors',
  decision: 'undecided',
  required: true,
  against: 0.4,
  inFavour: 3.2,
  candidate: 0.004,
  stable: 0.0031,
  unit: 'share',
  margin: 0.01,
  n: { candidate: 1204, stable: 10_800 },
  effect: { estimate: 0.0009, low: -0.004, high: 0.0213 },
  limits: { against: 33.3, inFavour: 20 },
  dispersion: 1.84,
  needs: { requests: 1873, ms: 371_000 },
};

const P95: MetricEvidence = {
  ...ERRORS,
  metric: 'latency.p95',
  decision: 'fail',
  required: false,
  against: 2431,
  inFavour: 0.1,
  candidate: 240,
  stable: 78,
  unit: 'ms',
  margin: 0.5,
  effect: { estimate: 2.08, low: 0.4, high: 2.9 },
  dispersion: 1,
  needs: null,
};

const verdict = (change: Partial<Verdict>): Verdict => ({
  ...VERDICT,
  algorithm: 'slipway-gate/9',
  alpha: { stage: 0.03, total: 0.05 },
  ...change,
});

const shifted = { step: 'canary-20', detail: { fence: '7.3' } };
const gate = (reason: LedgerEntry['reason'], evidence: Verdict, nextWeight = 10_000): Partial<LedgerEntry> => ({
  step: 'canary-20',
  reason,
  detail: { question: question({ nextWeight }) },
  evidence,
});
const ended = (reason: LedgerEntry['reason'], detail: Record<string, unknown>): Partial<LedgerEntry> => ({
  stage: 'done',
  reason,
  detail: { message: '', serving: 'v3-a01b2c3d4e5f', ...detail },
});

describe('a gate that failed', () => {
  const failed = verdict({
    decision: 'fail',
    reason: 'GateFailed',
    summary: 'latency.p95 of v4 is 3.1× stable’s',
    metrics: [ERRORS, P95],
    culprits: ['latency.p95'],
  });
  const story = [
    shifted,
    gate('GateFailed', failed),
    { stage: 'rollback', reason: 'RollbackStarted', evidence: failed } as const,
    ended('RolledBack', { outcome: 'rolled_back', reason: 'GateFailed' }),
  ];
  const lines = told(story);

  test('is told once, with what it saw and how sure it was, as far as it went', () => {
    expect(lines.filter((line) => line.includes('3.1× stable’s'))).toHaveLength(1);
    expect(clausesOf(lines, '✗ p95 latency: worse, not needed to go on')).toEqual([
      'seen 240 ms in 1,204 requests, stable 78 ms in 10,800 requests',
      'difference 3.1 times as long; between 40 % slower and 3.9 times as long with 95 % confidence, however often one looks',
      'against it at most 1 in 2,400 rollouts of a version no worse than stable would ever look this bad; 1 in 33 was enough to go back',
    ]);
    expect(lines).toContain('  nothing against: errors');
  });

  test('says who it was, how it ended, what serves, and how the chance of a false alarm was shared out', () => {
    expect(lines[0]).toBe('local.digits.7  rolled back after 5m, a metric is worse than stable');
    expect(lines[1]).toMatch(/^ {2}v4-\w+ after v3-\w+, started .* by anna$/);
    expect(lines[2]).toBe('  v3-a01b2c3d4e5f serves');
    const from = lines.findIndex((line) => line.startsWith('false alarms'));
    expect(lines.slice(from, from + 2)).toEqual([
      'false alarms: a harmless candidate is rolled back with a chance of at most 5 %, shared out over the stages',
      '  canary  3 %  most against it: p95 latency in canary-20, 1 in 2,400',
    ]);
  });

  test('leads to what its culprits are best looked at with', () => {
    expect(advice(explained(story))).toEqual([
      'p95 latency: profile the candidate under load; `slipway logs digits --version 4` shows what its server wrote',
      'then register the mended model and start its rollout; v4-3f2a9c01b2d4 stays in the registry',
    ]);
  });
});

describe('a gate that stayed undecided', () => {
  const undecided = verdict({ reason: 'NotEnoughEvidence', summary: 'undecided after 2h', metrics: [ERRORS] });
  const story = [
    shifted,
    gate('NotEnoughEvidence', undecided),
    ended('Held', { outcome: 'held', reason: 'NotEnoughEvidence' }),
  ];

  test('says what it would still take', () => {
    expect(clausesOf(told(story), '? errors: open')).toEqual([
      'seen 0.4 % of 1,204 requests, stable 0.31 % of 10,800 requests',
      'difference +0.09 points; between -0.4 and +2.13 points with 95 % confidence, however often one looks',
      'against it nothing beyond chance; 1 in 33 would be enough to go back',
      'for it at most 1 in 3 rollouts of a version worse by more than 1 point would ever look this good; 1 in 20 is asked for',
      'noise varies 1.8 times as much from batch to batch as chance makes it, so each request counts for less',
      'needs about 1,900 more requests of the candidate, about 6 min at this rate',
    ]);
    expect(advice(explained(story))[0]).toBe(
      'give it time: about 6 min more would have done; raise `canary.maxDuration`, or set `canary.onInconclusive: extend`',
    );
  });

  test('promises no time where none can be foreseen', () => {
    const hopeless = { ...undecided, metrics: [{ ...ERRORS, needs: null }] };
    const lines = told([shifted, gate('NotEnoughEvidence', hopeless), story[2] as Partial<LedgerEntry>]);
    expect(clausesOf(lines, '? errors: open').at(-1)).toBe(
      'needs cannot be foreseen: too little was seen, or too near the margin',
    );
    expect(lines.join('\n')).not.toContain('give it time');
  });

  test('says that margins are wider on the way up, and names none then', () => {
    const lines = told([shifted, gate('NotEnoughEvidence', undecided, 2_500)]);
    expect(lines).toContain('  leads to 25 % of traffic, so margins are wider here than at the last step');
    expect(lines.join('\n')).toContain('worse by more than its margin here');
  });
});

test('a verdict that knows nothing of effects, limits and needs is told without them', () => {
  const { n: _, effect: __, limits: ___, dispersion: ____, needs: _____, ...bare } = ERRORS;
  const { alpha: ______, ...old } = verdict({ metrics: [bare] });
  const lines = told([shifted, gate('NotEnoughEvidence', old)]);
  expect(clausesOf(lines, '? errors: open')).toEqual([
    'seen 0.4 %, stable 0.31 %',
    'against it nothing beyond chance',
    'for it at most 1 in 3 rollouts of a version worse by more than 1 point would ever look this good',
  ]);
  expect(lines.join('\n')).not.toContain('false alarms');
});

test('a validation is told without claims that hold for a gate alone', () => {
  const checked = verdict({
    algorithm: 'slipway-validation/1',
    decision: 'pass',
    metrics: [{ ...ERRORS, metric: 'accuracy', decision: 'pass' }],
  });
  const lines = told([{ stage: 'validate', reason: 'ValidationPassed', evidence: checked }]);
  expect(clausesOf(lines, '✓ accuracy: proved within its margin').map((line) => line.split(' ')[0])).toEqual([
    'seen',
    'difference',
  ]);
  expect(lines.join('\n')).not.toContain('however often one looks');
});

test('a rollout under way is told up to what its gate says now, if it is the same rollout', () => {
  const live = verdict({ metrics: [ERRORS], summary: 'still watching' });
  const look = (rolloutId: string) => sighting({ live, status: { ...STATUS, rolloutId } });
  expect(told([shifted], look('local.digits.7'))).toContain('canary-10  now  undecided: still watching');
  expect(told([shifted], look('local.digits.8'))).toContain('no gate has said anything yet');
  expect(advice(explained([shifted]))[0]).toContain('slipway get digits --watch');
});

test.each<[LedgerEntry['reason'], Record<string, unknown>, RegExp]>([
  ['Promoted', { outcome: 'promoted', reason: 'Promoted' }, /slipway rollback digits/],
  ['Aborted', { outcome: 'aborted', reason: 'AbortedByHand' }, /says nothing about the candidate/],
  ['Held', { outcome: 'held', reason: 'NoData' }, /clients call the gateway of local\/digits/],
  ['Held', { outcome: 'held', reason: 'SplitMismatch' }, /slipway status/],
  ['Held', { outcome: 'held', reason: 'EvidenceUnreachable' }, /slipway status/],
  ['Held', { outcome: 'held', reason: 'RiskBudgetSpent' }, /risk\.badExposure/],
  ['Held', { outcome: 'held', reason: 'ApprovalTimedOut' }, /slipway approve digits/],
  ['RolledBack', { outcome: 'rolled_back', reason: 'ValidationFailed' }, /rows and slices/],
  [
    'RolledBack',
    { outcome: 'rolled_back', reason: 'ActivityFailed' },
    /slipway history digits --rollout local\.digits\.7/,
  ],
])('%s because of %j ends with a next step', (reason, detail, step) => {
  expect(advice(explained([ended(reason, detail)])).join('\n')).toMatch(step);
});

describe('words for numbers', () => {
  test('never promise more than an e-value does', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 15, noNaN: true }).map((digits) => 10 ** digits - 1),
        (eValue) => {
          const words = oneIn(eValue);
          expect(words === null).toBe(eValue < 2);
          const promised = words?.endsWith('million')
            ? 1e6
            : Number(words?.replace('1 in ', '').replaceAll(',', '') ?? 0);
          expect(promised).toBeLessThanOrEqual(eValue);
          expect(promised).toBeGreaterThan(words === null ? -1 : Math.min(eValue, 1e6) / 1.5 - 1e-9);
        },
      ),
    );
    expect([1.9, 2, 33.3, 2431, 5e9].map(oneIn)).toEqual([null, '1 in 2', '1 in 33', '1 in 2,400', '1 in a million']);
  });

  test('are short', () => {
    expect(about(1873)).toBe('about 1,900');
    expect([4_000, 89_000, 371_000, 5_400_000, 400_000_000].map(aboutTime)).toEqual([
      'about 4 s',
      'about 89 s',
      'about 6 min',
      'about 1.5 h',
      'about 5 days',
    ]);
    expect(pointsBetween(-0.01, 0.021)).toBe('between -1 and +2.1 points');
    expect(slowerBetween(-0.03, 1.5)).toBe('between 3 % faster and 2.5 times as long');
    expect(slowerBetween(0.38, 1e6)).toBe('at least 38 % slower');
    expect(slowerBetween(-1, 0.2)).toBe('not more than 20 % slower');
    expect(slowerBetween(-1, 1e6)).toBe('too little was seen to bound it');
  });
});
