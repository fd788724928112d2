import { createHmac } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createNotifyActivities } from '../../activities/notify.ts';
import type { Notice } from '../../domain/notice.ts';
import type { Receiver } from '../../domain/receivers.ts';
import { depsWith } from '../support/deps.ts';
import { CANDIDATE } from '../support/world.ts';
import { factsFor } from './samples.ts';
import { openSink, type Received } from './sink.ts';

const FAILED: Notice = { event: 'rollback_failed', reason: 'RollbackFailed', detail: 'no answer' };
const ENDED: Notice = { event: 'rolled_back', reason: 'GateFailed', detail: 'errors of v2' };

test('a webhook is told what happened and what to do, and its signature proves who sent it and when', async () => {
  const hook = await openSink();
  await notify(ENDED, [{ webhook: `${hook.url}/hook`, secretEnv: 'HOOK' }], { env: { HOOK: 's3cret' } });
  const [{ headers, body }] = hook.received as [Received];
  const expected = createHmac('sha256', 's3cret')
    .update(`${String(headers['x-slipway-timestamp'])}.${body}`)
    .digest('hex');
  expect(headers['x-slipway-signature']).toBe(`sha256=${expected}`);
  expect(headers['x-slipway-delivery']).toBe('local.digits.4:rolled_back');
  expect(JSON.parse(body)).toMatchObject({
    event: 'rolled_back',
    candidate: CANDIDATE.key,
    message: 'a metric is worse than stable',
    action: expect.stringContaining('slipway explain local/digits') as string,
    link: 'http://ui/namespaces/default/workflows/rollout.local.digits/run-1',
  });
});

test('a problem reaches every kind of receiver that is called by HTTP', async () => {
  const sink = await openSink();
  await notify(FAILED, everyKind(sink.url), { env: secretsFor(sink.url) });
  expect(sink.received.map(({ path }) => path).sort()).toEqual(['/api/v2/alerts', '/hook', '/slack', '/v2/enqueue']);
});

test('how a rollout ended is news: it pages nobody and opens no problem in Alertmanager', async () => {
  const sink = await openSink();
  await notify(ENDED, everyKind(sink.url), { env: secretsFor(sink.url) });
  expect(sink.received.map(({ path }) => path).sort()).toEqual(['/hook', '/slack', '/v2/change/enqueue']);
});

test('a receiver that refuses is tried again, and those that have the notice are not told twice', async () => {
  const [bad, good] = [await openSink(500, 500, 200), await openSink()];
  const receivers = [bad, good].map(({ url }) => ({ webhook: url, secretEnv: null }));
  const first = await attempt(receivers);
  expect(first.error).toMatchObject({ type: 'Unreachable', nonRetryable: false });
  expect(first.error?.message).toContain('HTTP 500: out of order');
  const second = await attempt(receivers, first.heartbeat);
  expect((await attempt(receivers, second.heartbeat)).error).toBeNull();
  expect([bad.received.length, good.received.length]).toEqual([3, 1]);
  expect(new Set(bad.received.map(({ headers }) => headers['x-slipway-delivery'])).size).toBe(1);
});

test('a receiver that stays away does not keep the rollout from closing', async () => {
  const bad = [{ webhook: (await openSink(500)).url, secretEnv: null }];
  const scheduled = { scheduledTimestampMs: Date.now() - 130_000 };
  const cleanup: Notice = { event: 'cleanup_failed', reason: 'CleanupFailed', detail: 'no such version' };
  await expect(notify(cleanup, bad, scheduled)).rejects.toMatchObject({ nonRetryable: true });
  // A rollback that does not get through goes on, and so does the call for help.
  await expect(notify(FAILED, bad, scheduled)).rejects.toMatchObject({ nonRetryable: false });
});

test('a secret address is in no message of an error', async () => {
  const env = { HOOK: 's3cret-not-a-url' };
  await expect(notify(FAILED, [{ slack: { urlEnv: 'HOOK' } }], { env })).rejects.toThrow(/HOOK holds no http/);
  const gone = { HOOK: 'http://127.0.0.1:65535/s3cret' };
  const refused = notify(FAILED, [{ slack: { urlEnv: 'HOOK' } }], { env: gone });
  await expect(refused).rejects.toThrow(/slack HOOK: connect ECONNREFUSED/);
  await expect(refused).rejects.not.toThrow(/s3cret/);
});

interface Given {
  readonly env?: Record<string, string>;
  readonly scheduledTimestampMs?: number;
  readonly heartbeatDetails?: unknown;
}

function notify(notice: Notice, receivers: readonly Receiver[], given: Given = {}, beat = (_: unknown) => {}) {
  const { env = {}, ...info } = given;
  const activities = createNotifyActivities(depsWith({ env, webUi: 'http://ui/namespaces/default' }));
  const workflowExecution = { workflowId: 'rollout.local.digits', runId: 'run-1' };
  const environment = new MockActivityEnvironment({ scheduledTimestampMs: Date.now(), workflowExecution, ...info });
  environment.on('heartbeat', beat);
  return environment.run(activities.notify, { facts: factsFor(...receivers), ...notice });
}

async function attempt(receivers: readonly Receiver[], heartbeatDetails?: unknown) {
  let heartbeat: unknown;
  const error = await notify(FAILED, receivers, { heartbeatDetails }, (details) => (heartbeat = details)).then(
    () => null,
    (reason: Error) => reason,
  );
  return { error, heartbeat };
}

function everyKind(url: string): Receiver[] {
  return [
    { webhook: `${url}/hook`, secretEnv: null },
    { alertmanager: `${url}/` },
    { slack: { urlEnv: 'SLACK_URL' } },
    { pagerduty: { routingKeyEnv: 'ROUTING_KEY', url } },
  ];
}

function secretsFor(url: string): Record<string, string> {
  return { SLACK_URL: `${url}/slack`, ROUTING_KEY: 'R'.repeat(32) };
}
