import { expect, test } from 'vitest';
import type { HistoryRow } from '../../client/ledger.ts';
import { Failure } from '../../client/failure.ts';
import { isKnown, overview } from '../../client/overview.ts';
import { renderMonitor } from '../../client/render/monitor.ts';
import { renderOverview } from '../../client/render/overview.ts';
import type { Measure } from '../../domain/monitor.ts';
import { STATUS, sighting } from './fixtures.ts';

const PLACE = { target: 'local', endpoint: 'digits' };
const NOW = Date.parse('2026-11-29T12:00:00Z');
const monitor = { ...PLACE, workflowId: 'monitor.local.digits', state: 'RUNNING', paused: false, status: null };
const none = () => Promise.reject(new Failure('no retraining of local/digits is known', { code: 'not_found' }));
const asked = {
  look: () => Promise.resolve(sighting({ status: { ...STATUS, paused: true } })),
  lookAtMonitor: () => Promise.resolve(monitor),
  lookAtRetraining: none,
  schedules: () => Promise.resolve([]),
};
const row = (reason: HistoryRow['reason'], detail: HistoryRow['detail'], actor: HistoryRow['actor']): HistoryRow => ({
  ...{ ...PLACE, key: 'k', rolloutId: 'monitor.local.digits.1a2b3c4d', rolloutSequence: 1, seq: 9, hash: 'h' },
  ...{ effectiveAt: '2026-11-29T11:00:00Z', recordedAt: '2026-11-29T11:00:00Z', stage: 'done', step: 'monitor' },
  ...{ reason, detail, actor, evidence: null },
});
const away = () => Promise.reject(new Failure('no database is named: set DATABASE_URL'));

test('an endpoint is shown whole, and who is away says why without keeping the others from being told', async () => {
  const seen = await overview(PLACE, asked, away);
  expect(seen.retraining, 'none was ever begun').toBeNull();
  expect(isKnown(seen.rollout) && isKnown(seen.monitor)).toBe(true);
  const text = renderOverview(PLACE, seen, NOW);
  expect(text).toContain('local/digits is watched; no worker answered');
  expect(text.match(/– no database is named: set DATABASE_URL/g), 'outcomes, drills and the ledger').toHaveLength(3);
});

test('of what the monitor measures, what would be the next finding is told', () => {
  const status = { ...PLACE, model: 'digits', version: 'v2-bbbbbbbbbbbb', windowMs: 300_000, policy: null };
  const drift = (value: number) =>
    ({ kind: 'drift', subject: 'inputs.age', value, limit: 0.1, unit: 'index' }) as const;
  const shown = (...measures: Measure[]) => {
    const rest = { since: '2026-11-29T11:00:00Z', windows: 12, last: null, paused: null, incidents: [], unsent: 0 };
    return renderMonitor({ ...monitor, status: { ...status, ...rest, measures } }, NOW);
  };
  const memory = { kind: 'resources', subject: 'memory in use', value: 4e8, limit: 6e8, unit: 'bytes' } as const;
  expect(shown(drift(0.06), memory)).toContain('nearest to its limit: memory in use (resources), 400 MB of 600 MB');
  expect(shown(drift(0.07), memory)).toContain('nearest to its limit: inputs.age (drift), 0.07 of 0.1');
  expect(shown(drift(0.04))).not.toContain('nearest');
});

test('labels and rehearsals are told where they are known, and what was never rehearsed says how', () => {
  const unknown = { waiting: 0, oldest: null, dropped: 0 };
  const range = { since: '2026-11-28T12:00:00Z', until: '2026-11-29T12:00:00Z' };
  const outcomes = { ...PLACE, ...range, versions: [], unknown, pulls: null };
  const seen = { rollout: sighting(), monitor, outcomes, drills: [], watch: [], retraining: null, schedules: [] };
  expect(renderOverview(PLACE, seen, NOW)).toContain('was never rehearsed; `slipway drill digits` does');
  expect(renderOverview(PLACE, seen, NOW)).toContain('predictions from 2026-11-28');
  const drill = { ...PLACE, passed: true, at: '2026-11-23T12:00:00Z', seconds: 41, detail: '' };
  expect(renderOverview(PLACE, { ...seen, drills: [drill] }, NOW)).toContain('last proven 6d ago, 41s');
  const watch = [row('WatchPaused', { message: 'load test' }, { name: 'ada', proof: 'asserted' })];
  expect(renderOverview(PLACE, { ...seen, watch }, NOW)).toMatch(/WatchPaused\s+load test \(ada, asserted\)/);
  const due = { ...PLACE, kind: 'drill' as const, when: 'every 7d, set by ada', last: null };
  const next = { ...due, paused: false, next: '2026-12-06T12:00:00Z' };
  expect(renderOverview(PLACE, { ...seen, schedules: [next] }, NOW)).toContain(
    'rollback rehearsed every 7d, set by ada; next 2026-12-06',
  );
  expect(renderOverview(PLACE, { ...seen, schedules: [{ ...next, paused: true }] }, NOW)).toContain('ada; paused');
});
