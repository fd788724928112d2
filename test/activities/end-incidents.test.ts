import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createNotifyActivities } from '../../activities/notify.ts';
import { appendLedger } from '../../activities/store/ledger.ts';
import { SYSTEM } from '../../domain/ledger-entry.ts';
import { factsFor } from '../alerts/samples.ts';
import { openSink } from '../alerts/sink.ts';
import { useDatabase } from '../store/database.ts';
import { depsWith } from '../support/deps.ts';

const db = useDatabase();

test('evidence that was lost, as the ledger knows, is told to have ended to a list of open incidents', async () => {
  const sink = await openSink();
  const facts = factsFor({ alertmanager: sink.url });
  const { endIncidents } = createNotifyActivities(depsWith({ pool: db.pool }));
  const end = () => new MockActivityEnvironment().run(endIncidents, { facts });
  await end();
  expect(sink.received).toEqual([]);
  const { rolloutId, plan } = facts;
  const at = { key: `${rolloutId}:1`, target: plan.target, endpoint: plan.endpoint, rolloutId, rolloutSequence: 1 };
  const what = { actor: SYSTEM, step: null, stage: 'shadow', reason: 'EvidenceLost', evidence: null } as const;
  await appendLedger(db.pool, [{ ...at, ...what, effectiveAt: new Date().toISOString(), detail: {} }]);
  await end();
  const alerts = sink.received.map(({ body }) => JSON.parse(body) as unknown);
  expect(alerts).toMatchObject([[{ labels: { incident: `${rolloutId}:evidence` } }]]);
});
