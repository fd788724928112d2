import { expect, it } from 'vitest';
import { smokeTest } from '../../../activities/build/smoke.ts';
import type { VersionStatus } from '../../../domain/serving-contract.ts';

const status: VersionStatus = {
  key: 'v1-aa',
  state: 'ready',
  detail: '',
  address: 'http://127.0.0.1:1',
  predictPath: '/invocations',
  pid: 1,
  restarts: 0,
  memoryBytes: null,
  startedAt: null,
};
const answering = (code: number, body: string) => ({
  predict: () => Promise.resolve({ status: code, body, ms: 12 }),
});

it('passes a server that answers its own example', async () => {
  expect(await smokeTest(answering(200, '{"predictions": [1]}'), status, '{}')).toBe(12);
});

it.each([
  [400, '{"error_code": "BAD_REQUEST"}'],
  [200, '<html>'],
])('calls a candidate broken that answers %s %s', async (code, body) => {
  const broken = { type: 'CandidateBroken', nonRetryable: true, message: expect.stringContaining(body) as string };
  await expect(smokeTest(answering(code, body), status, '{}')).rejects.toMatchObject(broken);
});
