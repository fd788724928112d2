import { expect, test } from 'vitest';
import { alertOf, type NoticeEvent } from '../../domain/notice.ts';
import { factsFor } from '../alerts/samples.ts';

/** Every event by name: one that is added has to be added here too. */
const EVENTS: Readonly<Record<NoticeEvent, 'info' | 'warning' | 'critical'>> = {
  promoted: 'info',
  rolled_back: 'info',
  aborted: 'info',
  held: 'info',
  rollback_failed: 'critical',
  traffic_restored: 'critical',
  cleanup_failed: 'warning',
  evidence_lost: 'warning',
  evidence_back: 'warning',
  serves_worse: 'warning',
};

test.each(Object.entries(EVENTS))('%s says where it happened and what to do', (event, severity) => {
  const alert = told(event as NoticeEvent);
  expect(alert).toMatchObject({ severity, target: 'local', endpoint: 'digits', link: 'http://ui/run' });
  expect(alert.summary).toMatch(/^local\/digits: version 2 of digits .*; a metric is worse than stable: errors$/);
  expect(alert.action).toMatch(/^[A-Z].*\.$/);
  expect(`${alert.summary}${alert.action}`).not.toContain('ENDPOINT');
});

test('the end of an incident is known by the key of its beginning', () => {
  const [lost, back] = [told('evidence_lost'), told('evidence_back')];
  expect([lost.status, back.status]).toEqual(['firing', 'resolved']);
  expect([back.key, back.name, back.severity]).toEqual([lost.key, lost.name, lost.severity]);
  expect([lost.endsAt, back.endsAt]).toEqual([null, '2026-11-29T10:00:00Z']);
});

function told(event: NoticeEvent) {
  const notice = { event, reason: 'GateFailed', detail: 'errors' } as const;
  return alertOf(factsFor(), notice, { link: 'http://ui/run', at: '2026-11-29T10:00:00Z' });
}
