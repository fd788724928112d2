import { describe, expect, test } from 'vitest';
import { NOW, sighting, STATUS, VERDICT } from './fixtures.ts';
import { changesBetween } from '../../client/render/changes.ts';
import { renderTree } from '../../client/render/tree.ts';

const tree = (change = {}, measured: number | null = null) => renderTree(sighting(change), { now: NOW, measured });

describe('the tree of a rollout', () => {
  test('shows stages, steps, weights, the gate and how to stop it', () => {
    expect(tree({}, 0.0981)).toEqual([
      'digits v8-3f2a9c01b2d4 → local/digits  canary, 10 % of live traffic, measured 9.81 %',
      '├ ✓  preflight  2s      after v7',
      '├ –  validate           no validation set',
      '├ ▶  canary     1m 30s  decides within 58m',
      '│   ├ ✓ 5 %',
      '│   └ ▶ 10 %',
      '└ ·  full',
      '',
      'gate now: undecided, errors are not proved within the margin yet',
      '  1,204 of the candidate, 10,800 of stable, in 12 batches',
      '  errors       0.4 %    stable 0.31 %  margin 1 %    open',
      '  latency.p95  12.3 ms  stable 12 ms   margin +50 %  proved  not needed to go on',
      '',
      '  hold           slipway pause digits',
      '  stop and undo  slipway abort digits',
    ]);
  });

  test('shows what a ramp has spent, and where that lets it go', () => {
    const ramp = { nextWeight: 3_000, spent: 6.2, budget: 100, excessBound: 0.0213 };
    expect(tree({ live: { ...VERDICT, ramp } })).toContain(
      "  risk budget: 7 of 100 bad responses; at most 2.13 % of its answers are bad beyond stable's own; next at most 30 %",
    );
  });

  test('names the command that lets a waiting gate pass', () => {
    const lines = tree({ status: { ...STATUS, waitingFor: 'canary-10', nextDeadline: null } });
    expect(lines).toContain('├ ▶  canary     1m 30s  waits for approval of canary-10');
    expect(lines).toContain('  let it go on   slipway approve digits canary-10');
  });

  test('says that it is paused, and how to go on', () => {
    const lines = tree({ status: { ...STATUS, paused: true } });
    expect(lines[0]).toMatch(/10 % of live traffic {2}paused$/);
    expect(lines).toContain('  go on          slipway resume digits');
  });

  test('without a worker shows what Temporal itself knows, and still how to stop it', () => {
    const lines = tree({ status: null, live: null });
    expect(lines[0]).toBe('digits v8-3f2a9c01b2d4 → local/digits  canary, 10 % of live traffic');
    expect(lines.join('\n')).toMatch(/started by anna\nno worker answers/);
    expect(lines).toContain('  stop and undo  slipway abort digits');
  });

  test('names the target where it is not the local one', () => {
    expect(tree({ target: 'prod-eu' })).toContain('  hold           slipway pause prod-eu/digits');
  });

  test('says why a rollback does not get through', () => {
    const pending = [{ type: 'restoreTraffic', attempt: 9, lastFailure: 'stable does not answer' }];
    const lines = tree({ status: { ...STATUS, phase: 'rollback_failed' }, live: null, pending });
    expect(lines).toContain(
      'waits: putting traffic back, try 9, since the last one failed: stable does not answer; it tries on by itself',
    );
    expect(lines).toContain('traffic could not be put back yet; the tries go on by themselves');
  });

  test('of a closed rollout ends with the outcome, the reason and what serves', () => {
    const result = {
      rolloutId: 'local.digits.4',
      outcome: 'rolled_back',
      reason: 'GateFailed',
      detail: 'errors are worse',
      candidate: 'v8-3f2a9c01b2d4',
      serving: 'v7-000000000000',
      verdict: null,
    } as const;
    const close = { kind: 'outcome', outcome: 'rolled_back', result } as const;
    const lines = tree({ live: null, close, status: { ...STATUS, phase: 'done', lastVerdict: VERDICT } });
    expect(lines).toContain('last gate: undecided, errors are not proved within the margin yet');
    expect(lines.slice(-2)).toEqual([
      '✗ rolled back, a metric is worse than stable: errors are worse',
      '  v7-000000000000 serves',
    ]);
  });

  test('of a version that left tells until when it gets copies of requests, and how to end that', () => {
    const diagnosing = { version: 'v8-3f2a9c01b2d4', until: '2026-11-24T10:30:00.000Z' };
    const lines = tree({ live: null, status: { ...STATUS, phase: 'done', outcome: 'rolled_back', diagnosing } });
    expect(lines.at(-2)).toMatch(/^v8-3f2a9c01b2d4 goes on getting copies of requests until /);
    expect(lines.at(-1)).toContain('slipway abort digits');
  });

  test('of a rollback has no stages, and having gone back is its success', () => {
    const close = { kind: 'outcome', outcome: 'rolled_back', result: null } as const;
    expect(
      tree({ type: 'rollback', live: null, close, attributes: { ...sighting().attributes, weight: 10_000 } }),
    ).toEqual(['digits v8-3f2a9c01b2d4 → local/digits  canary, 10 % of live traffic', '', '✓ rolled back']);
  });
});

describe('in a log, where nothing can be redrawn,', () => {
  test('the first look tells all that has happened so far', () => {
    expect(changesBetween(null, sighting())).toEqual([
      'preflight: passed, after v7',
      'validate: skipped, no validation set',
      'canary: running',
      'canary 5 %: passed',
      'canary 10 %: running',
      'gate: undecided, errors are not proved within the margin yet',
    ]);
  });

  test('later looks tell only what changed', () => {
    expect(changesBetween(sighting(), sighting())).toEqual([]);
    const paused = sighting({ status: { ...STATUS, paused: true, waitingFor: 'full' } });
    expect(changesBetween(sighting(), paused)).toEqual(['waits for approval of full', 'paused']);
    const back = sighting({ status: { ...STATUS, phase: 'rollback' } });
    expect(changesBetween(sighting(), back)).toEqual(['now in rollback']);
    const failing = (attempt: number) =>
      sighting({ pending: [{ type: 'shiftTraffic', attempt, lastFailure: 'no Envoy' }] });
    expect(changesBetween(failing(1), failing(2))).toEqual([]);
    expect(changesBetween(failing(2), failing(3))).toEqual([
      'waits: changing the route, try 3, since the last one failed: no Envoy; it tries on by itself',
    ]);
    expect(changesBetween(failing(3), failing(4))).toEqual([]);
    expect(changesBetween(sighting(), sighting({ status: null }))).toEqual(['no worker answers; looking on']);
  });
});
