import { describe, expect, test } from 'vitest';
import { renderServing } from '../../client/render/audit-at.ts';
import { servingAt } from '../../client/audit/serving-at.ts';
import type { HistoryRow } from '../../client/ledger.ts';
import { mirrorRoute, splitRoute, wholeRoute, type Route } from '../../domain/route.ts';

const PLACE = { target: 'local', endpoint: 'digits' };

function pinned(number: string, digit: string) {
  const digest = `sha256:${digit.repeat(64)}`;
  return {
    model: 'digits',
    version: number,
    digest,
    key: `v${number}-${digit.repeat(12)}`,
    source: `models:/digits/${number}`,
    runId: `run-${number}`,
  };
}

const [one, two] = [pinned('1', 'a'), pinned('2', 'b')];
const LINEAGE = {
  runId: 'run-2',
  runName: 'train-2',
  gitCommit: 'abc123',
  user: 'ada',
  datasets: [{ name: 'mnist', digest: 'd1', context: null }],
  metrics: {},
};
const VERDICT = {
  decision: 'pass',
  summary: 'errors proved within their margin',
  algorithm: 'gate/4',
  reason: 'GatePassed',
};

function row(seq: number, minute: number, over: Partial<HistoryRow>): HistoryRow {
  return {
    ...PLACE,
    seq,
    key: String(seq),
    rolloutId: 'local.digits.2',
    rolloutSequence: seq,
    effectiveAt: `2026-05-01T12:${String(minute).padStart(2, '0')}:00.000Z`,
    recordedAt: `2026-05-01T12:${String(minute).padStart(2, '0')}:01.000Z`,
    actor: { name: 'slipway', proof: 'system' },
    stage: 'canary',
    step: null,
    reason: 'TrafficShifted',
    detail: {},
    evidence: null,
    hash: `sha256:${'0'.repeat(64)}`,
    ...over,
  };
}

const asserted = (name: string) => ({ name, proof: 'asserted' }) as const;
const shift = (route: Route) => ({ detail: { route } });

/** A first version, a second one through shadow and canary to all traffic, and back by hand. */
const LEDGER: readonly HistoryRow[] = [
  row(1, 0, {
    rolloutId: 'local.digits.1',
    stage: 'preflight',
    reason: 'RolloutStarted',
    actor: asserted('grace'),
    detail: { candidate: one },
  }),
  row(2, 0, {
    rolloutId: 'local.digits.1',
    stage: 'preflight',
    reason: 'PreflightPassed',
    detail: { snapshot: { route: { arms: [], mirrors: [], sticky: null }, stable: null } },
  }),
  row(3, 2, { rolloutId: 'local.digits.1', stage: 'full', step: 'full', ...shift(wholeRoute(one.key)) }),
  row(4, 3, { rolloutId: 'local.digits.1', stage: 'done', reason: 'Promoted', detail: { serving: one.key } }),
  row(5, 10, { stage: 'preflight', reason: 'RolloutStarted', actor: asserted('ci'), detail: { candidate: two } }),
  row(6, 11, {
    stage: 'preflight',
    reason: 'PreflightPassed',
    detail: { snapshot: { route: wholeRoute(one.key), stable: one }, lineage: LINEAGE },
  }),
  row(7, 12, { stage: 'shadow', step: 'shadow', ...shift(mirrorRoute(one.key, two.key, 50)) }),
  row(8, 14, { step: 'canary-10', ...shift(splitRoute(one.key, two.key, 1_000)) }),
  row(9, 15, { step: 'canary-10', reason: 'GatePassed', detail: { summary: VERDICT.summary }, evidence: VERDICT }),
  row(10, 15, { step: 'full', reason: 'Approved', actor: asserted('ada'), detail: { message: 'looks good' } }),
  row(11, 16, { stage: 'full', step: 'full', ...shift(wholeRoute(two.key)) }),
  row(12, 20, { stage: 'done', reason: 'Promoted', detail: { serving: two.key } }),
  row(13, 30, {
    rolloutId: 'local.digits.3',
    stage: 'rollback',
    reason: 'RolledBackByHand',
    actor: asserted('ada'),
    detail: { candidate: one, snapshot: { route: wholeRoute(two.key), stable: two } },
  }),
  row(14, 31, {
    rolloutId: 'local.digits.3',
    stage: 'rollback',
    reason: 'TrafficRestored',
    ...shift(wholeRoute(one.key)),
  }),
];

const at = (minute: number) => servingAt(LEDGER, `2026-05-01T12:${String(minute).padStart(2, '0')}:30.000Z`);
const weights = (minute: number) => at(minute)?.arms.map(({ version, weight }) => [version, weight]);

describe('what served at a time', () => {
  test('is nothing known before the first row', () => {
    expect(servingAt(LEDGER, '2026-05-01T11:00:00.000Z')).toBeNull();
  });

  test.each([
    [0, []],
    [2, [[one.key, 10_000]]],
    [12, [[one.key, 10_000]]],
    [
      14,
      [
        [one.key, 9_000],
        [two.key, 1_000],
      ],
    ],
    [25, [[two.key, 10_000]]],
    [31, [[one.key, 10_000]]],
  ])('follows the traffic: minute %i', (minute, expected) => {
    expect(weights(minute)).toEqual(expected);
  });

  test('goes by when things took effect, not by when they were written', () => {
    const late = row(15, 13, { recordedAt: '2026-05-01T13:00:00.000Z', ...shift(splitRoute(one.key, two.key, 500)) });
    expect(servingAt([...LEDGER, late], '2026-05-01T12:13:30.000Z')?.arms).toMatchObject([
      { weight: 9_500 },
      { weight: 500 },
    ]);
  });

  test('is not put down to a rollout that only found it so', () => {
    expect(at(11)?.since).toMatchObject({ rolloutId: 'local.digits.1', seq: 3 });
    expect(at(30)?.since).toMatchObject({ rolloutId: 'local.digits.2', seq: 11 });
  });

  test('is what a rollout found, where that is not what was put there', () => {
    const foreign = row(15, 40, {
      rolloutId: 'local.digits.4',
      reason: 'PreflightPassed',
      detail: { snapshot: { route: wholeRoute(two.key), stable: two } },
    });
    expect(servingAt([...LEDGER, foreign], '2026-05-01T12:41:00.000Z')?.arms).toMatchObject([
      { version: two.key, pinned: { digest: two.digest } },
    ]);
  });

  test('comes with the evidence and the people behind it', () => {
    expect(at(25)).toMatchObject({
      arms: [
        {
          pinned: { version: '2', digest: two.digest },
          broughtBy: { rolloutId: 'local.digits.2', actor: asserted('ci'), lineage: LINEAGE },
        },
      ],
      since: { reason: 'TrafficShifted', seq: 11 },
      verdict: { decision: 'pass', summary: VERDICT.summary, seq: 9 },
      people: [{ reason: 'RolloutStarted' }, { reason: 'Approved', actor: asserted('ada'), message: 'looks good' }],
      ended: { reason: 'Promoted' },
    });
    expect(at(14)).toMatchObject({ verdict: null, ended: null, people: [{ reason: 'RolloutStarted' }] });
  });
});

test('a person can read it out', () => {
  const moment = '2026-05-01T12:25:30.000Z';
  expect(renderServing({ ...PLACE, at: moment, serving: servingAt(LEDGER, moment), begins: null })).toBe(
    `local/digits at ${moment}
  100 % of live traffic: digits version 2, brought by local.digits.2 for ci (asserted)
    content ${two.digest}
    run train-2, commit abc123, by ada, on mnist d1
  since 2026-05-01 12:16:00 UTC: the route was changed and read back (local.digits.2, full, row 11)
  on the verdict of 2026-05-01 12:15:00 UTC: pass, errors proved within their margin (gate/4)
  2026-05-01 12:10:00 UTC: the rollout began, by ci (asserted)
  2026-05-01 12:15:00 UTC: a person approved, by ada (asserted): looks good
  that rollout had ended: the candidate serves all traffic
  \`slipway audit verify\` shows whether these rows are as they were written
`,
  );
});

test('a time before the ledger is said to be one', () => {
  const asked = { ...PLACE, at: '2026-01-01T00:00:00.000Z', serving: null };
  expect(renderServing({ ...asked, begins: '2026-05-01T12:00:00.000Z' })).toContain(
    'its ledger begins at 2026-05-01T12:00:00.000Z',
  );
  expect(renderServing({ ...asked, begins: null })).toContain('it has no ledger');
});
