import { expect, test } from 'vitest';
import { closeIncidents } from '../../activities/alerts/notices.ts';
import type { Receiver } from '../../domain/receivers.ts';
import type { Reason } from '../../domain/reasons.ts';
import { depsWith } from '../support/deps.ts';
import { factsFor } from './samples.ts';
import { openSink } from './sink.ts';

test('what a rollout may have left open ends with it, for those who keep a list, under the keys it began with', async () => {
  const { sink, close } = await listKeepers();
  await close('RolloutStarted', 'EvidenceLost', 'RollbackFailed', 'RolledBack');
  const keys = ['local.digits.4:rollback', 'local.digits.4:evidence'];
  const [lists, pages] = ['/api/v2/alerts', '/v2/enqueue'].map((path) =>
    sink.received.filter((got) => got.path === path).map(({ body }) => JSON.parse(body) as unknown),
  );
  expect(lists).toMatchObject(keys.map((incident) => [{ labels: { incident }, endsAt: '2026-11-29T10:00:00.000Z' }]));
  expect(pages).toMatchObject(keys.map((dedup_key) => ({ event_action: 'resolve', dedup_key })));
  expect(sink.received).toHaveLength(4);
});

test('a rollout without incidents closes none', async () => {
  const { sink, close } = await listKeepers();
  await close('RolloutStarted', 'CleanupFailed', 'Promoted');
  expect(sink.received).toEqual([]);
});

async function listKeepers() {
  const sink = await openSink();
  const receivers: Receiver[] = [
    { webhook: sink.url, secretEnv: null },
    { alertmanager: sink.url },
    { pagerduty: { routingKeyEnv: 'ROUTING_KEY', url: sink.url } },
  ];
  const deps = depsWith({ env: { ROUTING_KEY: 'R'.repeat(32) } });
  const origin = { runId: 'run-1', at: Date.parse('2026-11-29T10:00:00Z') };
  const close = (...noted: Reason[]) => closeIncidents(deps, factsFor(...receivers), new Set(noted), origin);
  return { sink, close };
}
