import { expect, test } from 'vitest';
import { actionOf, alertsOf } from '../../domain/incident-alert.ts';
import type { Incident } from '../../domain/incident.ts';
import { FINDING_KINDS, type MonitorPlan } from '../../domain/monitor.ts';

const INCIDENT: Incident = {
  ...{ id: 'drift-1', kind: 'drift', subject: 'inputs', severity: 'critical', summary: 'age has moved', value: 0.3 },
  ...{
    limit: 0.1,
    version: 'v2-222222222222',
    openedAt: '2026-11-24T08:31:00.000Z',
    seenAt: '2026-11-24T08:31:00.000Z',
  },
  ...{ quiet: 0, relapses: 0, acknowledged: null, escalations: 0, toldAt: '2026-11-24T08:31:00.000Z', response: null },
  ...{ toldAs: ['critical'], features: ['inputs.age', 'inputs.income'] },
};
const policy = Object.fromEntries(FINDING_KINDS.map((kind) => [kind, 'notify'])) as MonitorPlan['policy'];
const place = { target: 'local', endpoint: 'digits', model: 'digits', rolloutId: 'local.digits.1', link: null, policy };

test('whoever is to decide gets the command that goes back; whoever is only told gets it as a choice', () => {
  expect(actionOf(INCIDENT, 'local/digits', 'ask')).toMatch(
    /^Decide whether to go back: `slipway rollback local\/digits --reason drift-1` does; look with/,
  );
  expect(actionOf(INCIDENT, 'local/digits', 'notify')).toMatch(/^Look with .*goes back to the version before\.$/);
  const answered = { ...INCIDENT, response: 'going back to version 1' };
  expect(actionOf(answered, 'local/digits', 'rollback')).toMatch(/^See how it goes with `slipway get/);
  const [alert] = alertsOf({ act: 'tell', why: 'opened', incident: INCIDENT }, { ...place, policy: { ...policy, drift: 'ask' } }, ''); // prettier-ignore
  expect(alert?.action).toMatch(/^Decide/);
});

test('an alert names every feature, and a cost is no leak', () => {
  const nameOf = (change: Partial<Incident>) => {
    const incident = { ...INCIDENT, ...change };
    return alertsOf({ act: 'tell', why: 'opened', incident }, place, '')[0];
  };
  expect(nameOf({})).toMatchObject({ name: 'FeatureDrift', details: { features: 'inputs.age, inputs.income' } });
  expect(nameOf({ kind: 'resources', subject: 'memory' })?.name).toBe('ResourceLeak');
  expect(nameOf({ kind: 'resources', subject: 'processor time' })?.name).toBe('ResourceUse');
});
