import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { sendNotices } from '../../activities/notify.ts';
import { planRollout } from '../../domain/plan.ts';
import type { PreflightFacts } from '../../domain/rollout-state.ts';
import { depsWith } from '../support/deps.ts';
import { CANDIDATE, STABLE } from '../support/world.ts';

const NOTICE = { event: 'rolled_back', reason: 'GateFailed', detail: 'errors of v2' } as const;
const close: (() => void)[] = [];
afterEach(() => close.splice(0).forEach((stop) => stop()));

test('a notice says what happened, and its signature proves who sent it and when', async () => {
  const hook = await receiver(200);
  await sendNotices(depsWith({ env: { HOOK: 's3cret' } }), facts(hook.url, 'HOOK'), NOTICE);
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
  });
});

test('a receiver that refuses makes the notice fail, so that it is tried again', async () => {
  const hook = await receiver(500);
  await expect(sendNotices(depsWith({}), facts(hook.url, null), NOTICE)).rejects.toMatchObject({
    type: 'Unreachable',
    nonRetryable: false,
    message: expect.stringContaining('HTTP 500') as string,
  });
});

test('one receiver that refuses does not keep the notice from the others', async () => {
  const [bad, good] = [await receiver(500), await receiver(200)];
  const both = { ...facts(bad.url, null) };
  const plan = { ...both.plan, notify: [bad, good].map(({ url }) => ({ webhook: url, secretEnv: null })) };
  await expect(sendNotices(depsWith({}), { ...both, plan }, NOTICE)).rejects.toThrow('HTTP 500');
  expect(good.received).toHaveLength(1);
});

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function receiver(status: number): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  close.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

function facts(webhook: string, secretEnv: string | null): PreflightFacts {
  const plan = planRollout({ endpoint: 'digits', model: 'digits' });
  return {
    plan: { ...plan, notify: [{ webhook, secretEnv }] },
    rolloutId: 'local.digits.4',
    epoch: 4,
    candidate: CANDIDATE,
    snapshot: {
      fence: { epoch: 3, sequence: 1 },
      route: { arms: [], mirrors: [], sticky: null },
      stable: STABLE,
      champion: '1',
    },
    alias: 'champion',
    lineage: { runId: null, runName: null, gitCommit: null, user: null, datasets: [], metrics: {} },
    url: null,
  };
}
