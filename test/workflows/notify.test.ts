import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNotifyActivities } from '../../activities/notify.ts';
import { tryReceivers } from '../../client/alerts/try-receivers.ts';
import { renderTried } from '../../client/render/tried-receivers.ts';
import type { Receiver } from '../../domain/receivers.ts';
import { openSink } from '../alerts/sink.ts';
import { depsWith } from '../support/deps.ts';
import { startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

test('without a worker nothing is sent, and it is said why and what to do', async () => {
  const asked = tryReceivers(env.client, { receivers: [] });
  await expect(asked).rejects.toMatchObject({
    code: 'no_worker',
    message: expect.stringContaining('slipway up') as string,
  });
});

test('every receiver gets an alert and its end from the worker, and one line says what it answered', async () => {
  const sink = await openSink();
  const receivers: Receiver[] = [{ alertmanager: sink.url }, { slack: { urlEnv: 'NOT_SET' } }];
  const tried = await withWorkers(env, worldTelling([]), (client) => tryReceivers(client, { receivers, by: 'ada' }));
  const lacks = 'the worker has no environment variable NOT_SET';
  expect(tried).toMatchObject([
    { receiver: expect.stringContaining('alertmanager 127.0.0.1') as string, delivered: true, firing: 'HTTP 200' },
    { receiver: 'slack NOT_SET', delivered: false, firing: lacks, resolved: lacks },
  ]);
  const alerts = sink.json().map((body) => (body as { endsAt: string; labels: object }[])[0]);
  expect(alerts.map((alert) => Date.parse(alert?.endsAt ?? '') > Date.now())).toEqual([true, false]);
  expect(alerts[1]?.labels).toEqual(alerts[0]?.labels);
  expect(renderTried(tried).trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^\S*✓\S* {2}alertmanager 127\.0\.0\.1:\d+ {2}HTTP 200$/),
    expect.stringMatching(/^\S*✗\S* {2}slack NOT_SET +the worker has no/),
  ]);
});

test("the worker's own receivers are tried where none are named", async () => {
  const sink = await openSink();
  const own = [{ webhook: `${sink.url}/own`, secretEnv: null }];
  const tried = await withWorkers(env, worldTelling(own), (client) => tryReceivers(client, { by: 'ada' }));
  expect(tried).toMatchObject([{ delivered: true }]);
  expect(sink.json()).toMatchObject([
    { event: 'alert', name: 'SlipwayTest', status: 'firing' },
    { event: 'alert', name: 'SlipwayTest', status: 'resolved' },
  ]);
});

function worldTelling(own: Receiver[]): World {
  const world = new World();
  Object.assign(world.activities, createNotifyActivities(depsWith({ receivers: () => Promise.resolve(own) })));
  return world;
}
