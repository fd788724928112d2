import type { Alert } from '../../domain/alert.ts';
import type { NoticeFacts } from '../../domain/notice.ts';
import type { Receiver } from '../../domain/receivers.ts';
import { CANDIDATE, STABLE } from '../support/world.ts';

export const FIRING: Alert = {
  key: 'local.digits:drift:age',
  status: 'firing',
  severity: 'warning',
  name: 'FeatureDrift',
  target: 'local',
  endpoint: 'digits',
  model: 'digits',
  rolloutId: 'local.digits.4',
  summary: 'local/digits: feature <age> drifted & stays away',
  action: 'Look at the feature, then retrain.',
  link: 'http://temporal.example.com/namespaces/default/workflows/monitor.local.digits',
  startsAt: '2026-11-29T10:00:00.000Z',
  endsAt: null,
  details: { psi: 0.4, 'not a label': 'x' },
};

export const RESOLVED: Alert = { ...FIRING, status: 'resolved', endsAt: '2026-11-29T11:00:00.000Z' };

export function factsFor(...notify: Receiver[]): NoticeFacts {
  return {
    rolloutId: 'local.digits.4',
    plan: { target: 'local', endpoint: 'digits', model: 'digits', notify },
    candidate: CANDIDATE,
    snapshot: { stable: STABLE },
  };
}
