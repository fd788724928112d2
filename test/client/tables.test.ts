import { describe, expect, test } from 'vitest';
import { busyFailure } from '../../client/rollouts/busy.ts';
import { columns, fit } from '../../client/render/columns.ts';
import { formatCount, formatMilliseconds, formatShare } from '../../client/render/numbers.ts';
import { NOW, sighting } from './fixtures.ts';
import { parsePlace, shortPlace } from '../../client/rollouts/place.ts';
import { renderList } from '../../client/render/list.ts';
import { renderStack } from '../../client/render/stack.ts';
import { renderTimeline } from '../../client/render/timeline.ts';
import { shareBetween } from '../../client/rollouts/meter.ts';
import { visibilityQuery } from '../../client/rollouts/list.ts';
import type { HistoryRow } from '../../client/ledger.ts';

test('columns stand under each other, colours or not', () => {
  expect(
    columns([
      ['a', '1'],
      ['\x1b[32mbbb\x1b[39m', '2', 'x'],
    ]),
  ).toEqual(['a    1', '\x1b[32mbbb\x1b[39m  2  x']);
  expect(fit('\x1b[32mabcdef\x1b[39m', 6)).toBe('\x1b[32mabcdef\x1b[39m');
  expect(fit('\x1b[32mabcdef\x1b[39m', 4)).toBe('abc…');
});

test('numbers are short and honest', () => {
  expect([0, 0.004, 0.0981, 0.5, 1].map(formatShare)).toEqual(['0 %', '0.4 %', '9.81 %', '50 %', '100 %']);
  expect([0.1234, 12.34, 1234.5].map(formatMilliseconds)).toEqual(['0.123 ms', '12.3 ms', '1235 ms']);
  expect(formatCount(10_800)).toBe('10,800');
});

describe('an endpoint', () => {
  test('is named as short as it can be, and read back', () => {
    for (const place of [
      { target: 'local', endpoint: 'digits' },
      { target: 'prod-eu', endpoint: 'digits' },
    ])
      expect(parsePlace(shortPlace(place))).toEqual(place);
  });

  test('that is busy names who has it, and the three ways on', () => {
    const failure = busyFailure(sighting(), NOW);
    expect(failure.message.split('\n')).toEqual([
      'local/digits is busy: rollout local.digits.4 of v8-3f2a9c01b2d4 runs since 2026-03-01 12:00 UTC (2m) for anna, now: canary at 10 %',
      '  look at it   slipway get digits --watch',
      '  replace it   the same command with --supersede (it goes back first, or ends its soak)',
      '  stop it      slipway abort digits',
    ]);
    expect([failure.code, failure.exitCode]).toEqual(['busy', 1]);
  });
});

test('measured traffic is the share of what was added between two readings', () => {
  const reading = (stable: number, candidate: number) => ({
    at: '',
    since: '',
    versions: { stable: { requests: stable, active: 0 }, candidate: { requests: candidate, active: 0 } },
  });
  expect(shareBetween(reading(1000, 5), reading(1090, 15), 'candidate')).toBe(0.1);
  expect(shareBetween(reading(1000, 5), reading(1000, 5), 'candidate')).toBeNull();
});

test('a list shows where each rollout stands or how it ended', () => {
  const common = { target: 'local', endpoint: 'digits', workflowId: 'w', runId: 'r', type: 'rollout', by: 'anna' };
  const { attributes } = sighting();
  const text = renderList(
    [
      {
        ...common,
        state: 'RUNNING',
        startedAt: '2026-03-01T12:00:00Z',
        closedAt: null,
        attributes: { ...attributes, paused: true },
      },
      {
        ...common,
        state: 'COMPLETED',
        startedAt: '2026-03-01T11:00:00Z',
        closedAt: '2026-03-01T11:05:00Z',
        attributes: { ...attributes, outcome: 'rolled_back', weight: 0 },
      },
      {
        ...common,
        state: 'FAILED',
        startedAt: '2026-03-01T11:00:00Z',
        closedAt: '2026-03-01T11:00:01Z',
        attributes: { ...attributes, candidate: null, weight: null },
      },
    ],
    NOW,
  );
  const cells = text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ {2,}/).filter((_, index) => index !== 5));
  expect(cells).toEqual([
    ['local/digits', 'rollout', 'v8-3f2a9c01b2d4', 'canary, paused', '10 %', '2m', 'anna'],
    ['local/digits', 'rollout', 'v8-3f2a9c01b2d4', 'rolled back', '0 %', '5m', 'anna'],
    ['local/digits', 'rollout', 'digits', 'failed', expect.anything(), 'anna'],
  ]);
  expect(renderList([], NOW)).toBe('none\n');
});

test('names in a filter cannot leave their quotes', () => {
  expect(visibilityQuery({ model: `it's`, open: true, limit: 1 })).toContain(
    `SlipwayModel = 'it\\'s' AND ExecutionStatus = 'Running'`,
  );
});

test('the ledger reads as a story, one heading a rollout', () => {
  const row = (change: Partial<HistoryRow>): HistoryRow => ({
    seq: 1,
    key: 'k',
    target: 'local',
    endpoint: 'digits',
    rolloutId: 'local.digits.4',
    rolloutSequence: 1,
    effectiveAt: '2026-03-01T12:00:00.000Z',
    recordedAt: '2026-03-01T12:00:00.000Z',
    actor: { name: 'slipway', proof: 'system' },
    stage: 'preflight',
    step: null,
    reason: 'PreflightPassed',
    detail: {},
    evidence: null,
    hash: 'sha256:00',
    ...change,
  });
  const text = renderTimeline([
    row({ reason: 'RolloutStarted', actor: { name: 'anna', proof: 'asserted' } }),
    row({ stage: 'canary', step: 'canary-10', reason: 'GateFailed', detail: { summary: 'errors are worse' } }),
    row({
      step: 'canary-10',
      reason: 'TrafficShifted',
      detail: {
        route: {
          arms: [
            { version: 'v7-00', weight: 9000 },
            { version: 'v8-00', weight: 1000 },
          ],
          mirrors: [{ version: 'v9-00', percent: 50 }],
        },
      },
    }),
    row({ stage: 'full', reason: 'ChampionMoved', detail: { alias: 'champion', from: '7', to: '8' } }),
    row({ rolloutId: 'local.digits.5' }),
  ]);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(/\d\d:\d\d(:\d\d)?/g, 'TIME').replaceAll(/ {2,}/g, '  '));
  expect(lines).toEqual([
    'local.digits.4  2026-03-01 TIME',
    '  TIME  preflight  RolloutStarted  the rollout began (anna, asserted)',
    '  TIME  canary-10  GateFailed  errors are worse',
    '  TIME  canary-10  TrafficShifted  v7 90 %, v8 10 %, 50 % copied to v9',
    '  TIME  full  ChampionMoved  champion: 7 → 8',
    '',
    'local.digits.5  2026-03-01 TIME',
    '  TIME  preflight  PreflightPassed  version, target and specification are in order',
  ]);
});

test('the stack shows each part with its address and process, and why one is not well', () => {
  const part = { existing: false, memoryBytes: 412e6, since: null, detail: '' };
  const text = renderStack({
    healthy: false,
    home: '.slipway',
    addresses: {
      temporal: '',
      temporalNamespace: '',
      temporalUi: null,
      database: '',
      databaseOwner: null,
      mlflow: '',
      serving: '',
      gateway: '',
      worker: '',
    },
    parts: [
      { ...part, name: 'temporal', title: 'Temporal', state: 'healthy', address: '127.0.0.1:7233', pid: 7 },
      {
        ...part,
        name: 'mlflow',
        title: 'MLflow',
        state: 'unhealthy',
        address: 'http://mlflow',
        pid: null,
        existing: true,
        detail: 'answers 503',
      },
      {
        ...part,
        name: 'worker',
        title: 'Worker',
        state: 'stopped',
        address: 'http://w',
        pid: null,
        detail: 'not started',
      },
    ],
  });
  expect(text).toBe(
    [
      '✓ Temporal  healthy    127.0.0.1:7233  pid 7, 412 MB',
      '✗ MLflow    unhealthy  http://mlflow   not started here',
      '    answers 503',
      '· Worker    stopped    http://w',
      'state and logs: .slipway',
      '',
    ].join('\n'),
  );
});
