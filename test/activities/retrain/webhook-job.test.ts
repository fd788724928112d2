import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRetrainActivities } from '../../../activities/retrain.ts';
import type { WebhookSpec } from '../../../domain/retrain.ts';
import { depsWith } from '../../support/deps.ts';
import { asked } from './support.ts';

let server: Server;
let url: string;
let answers: { status: number; body?: unknown }[];
let calls: { request: IncomingMessage; body: string }[];
beforeEach(async () => {
  [answers, calls] = [[], []];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      calls.push({ request, body });
      const { status, body: said } = answers.shift() ?? { status: 500 };
      response.writeHead(status).end(JSON.stringify(said ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => void server.close());

test('a job elsewhere is asked for with signature and token, and is done when its status says so', async () => {
  answers = [{ status: 202 }, { status: 200, body: { status: 'succeeded' } }];
  await run({ secretEnv: 'HOOK_SECRET', tokenEnv: 'CI_TOKEN', statusUrl: `${url}/status/{id}` });
  const [post, status] = calls;
  expect(JSON.parse(post?.body ?? '')).toMatchObject({ event: 'retrain', id: ID, endpoint: 'digits', model: 'digits' });
  const headers = post?.request.headers ?? {};
  const signed = `${String(headers['x-slipway-timestamp'])}.${post?.body}`;
  expect(headers['x-slipway-signature']).toBe(`sha256=${createHmac('sha256', 's3cret').update(signed).digest('hex')}`);
  expect(headers.authorization).toBe('Bearer t0ken');
  expect(status?.request.url).toBe(`/status/${ID}`);
});

test('its body can be what CI expects, with the id of the retraining in it', async () => {
  answers = [{ status: 204 }, { status: 200, body: { status: 'succeeded' } }];
  await run({ body: { ref: 'main', inputs: { retrain: '{id}' } }, statusUrl: `${url}/status` });
  expect(JSON.parse(calls[0]?.body ?? '')).toEqual({ ref: 'main', inputs: { retrain: ID } });
});

test('a next attempt asks for its status only', async () => {
  answers = [{ status: 200, body: { status: 'succeeded' } }];
  await run({ statusUrl: `${url}/status` }, { starts: 1, begun: Date.now(), state: 'asked' });
  expect(calls.map(({ request }) => request.method)).toEqual(['GET']);
});

test.each([
  [
    'fails',
    [{ status: 202 }, { status: 200, body: { status: 'failed', message: 'no data' } }],
    {},
    /says that the job failed: no data/,
  ],
  [
    'is refused',
    [{ status: 404, body: { message: 'no such workflow' } }],
    {},
    /answers with HTTP 404 .*no such workflow/,
  ],
  ['lacks its secret', [], { tokenEnv: 'NOT_SET' }, /tokenEnv: the worker has no environment variable NOT_SET/],
])('a job elsewhere that %s is not asked for again', async (_, script, more, message) => {
  answers = script;
  const failed = { type: 'JobFailed', nonRetryable: true, message };
  await expect(run({ statusUrl: `${url}/status`, ...more })).rejects.toMatchObject(failed);
});

test('one that is overloaded is asked again later', async () => {
  answers = [{ status: 503 }];
  await expect(run({})).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
});

const ID = 'local.digits.1';

function run(webhook: Partial<WebhookSpec>, before?: unknown): Promise<unknown> {
  const env = { HOOK_SECRET: 's3cret', CI_TOKEN: 't0ken' };
  const { trainModel } = createRetrainActivities(depsWith({ env }));
  const request = asked({ job: { webhook: { url, ...webhook } } }, ID);
  return new MockActivityEnvironment({ heartbeatDetails: before }).run(trainModel, request);
}
