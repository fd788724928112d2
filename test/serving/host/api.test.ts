import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeModel, programRuntime } from './support/models.ts';
import type { PinnedVersion } from '../../../domain/model-version.ts';
import type { Refusal } from '../../../domain/serving-contract.ts';
import { SETTINGS, startHost, TOKEN, type RunningHost } from './support/host-fixture.ts';

let running: RunningHost;
let version: PinnedVersion;

beforeAll(async () => {
  running = await startHost();
  version = await makeModel(running.root, '1');
  await running.deploy(version);
});

afterAll(() => running.end());

async function refusal(method: string, path: string, body?: unknown): Promise<Refusal & { status: number }> {
  const answer = await running.ask(method, path, body);
  return { status: answer.status, ...(answer.body as Refusal) };
}

const faultsOf = async (method: string, path: string, body: unknown) => {
  const { status, error, message } = await refusal(method, path, body);
  expect([status, error]).toEqual([400, 'invalid']);
  return message.split('; ').sort();
};

test.each([undefined, 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`])(
  'without the token nothing is told: %s',
  async (authorization) => {
    for (const path of ['/endpoints', '/endpoints/digits', '/nothing/here']) {
      const response = await fetch(running.url + path, {
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: 'unauthorized' });
    }
  },
);

test('health needs no token and shows every part', async () => {
  const response = await fetch(`${running.url}/healthz`);
  expect(await response.json()).toMatchObject({
    status: 'degraded',
    parts: {
      envoy: { ok: true },
      capture: { ok: true },
      store: { ok: false, detail: 'no database: DATABASE_URL is not set' },
    },
    pid: process.pid,
    memoryBytes: { host: expect.any(Number) as number },
  });
});

test('settings are refused with all their faults, and nothing is created', async () => {
  const settings = { ...SETTINGS, timeoutMs: 0, retry: 'yes', shards: 3, capture: { ...SETTINGS.capture, sample: 2 } };
  expect(await faultsOf('PUT', '/endpoints/fresh', settings)).toEqual([
    'body must NOT have additional properties: shards',
    'body/capture/sample must be <= 1',
    'body/retry must be boolean',
    'body/timeoutMs must be >= 1',
  ]);
  expect(await refusal('GET', '/endpoints/fresh')).toMatchObject({ status: 404, error: 'not_found' });
});

test('a header or cookie that Envoy would refuse is refused before it could hold up other endpoints', async () => {
  const settings = { ...SETTINGS, capture: { ...SETTINGS.capture, userHeader: 'x user' } };
  expect(await faultsOf('PUT', '/endpoints/fresh', settings)).toHaveLength(1);
  for (const sticky of [{ header: ':path', salt: '' }, { cookie: 'a;b', salt: '' }, { salt: '' }]) {
    const put = { fence: { epoch: 1, sequence: 1 }, route: { arms: [], mirrors: [], sticky }, label: '' };
    expect((await faultsOf('PUT', '/endpoints/digits/route', put)).join()).toMatch(/sticky/);
  }
});

test('names that would not be names of a workflow or a file are refused', async () => {
  for (const name of ['Digits', 'a_b', '-a', 'a%2Fb', '..%2f..', 'x'.repeat(64)])
    await faultsOf('PUT', `/endpoints/${name}`, SETTINGS);
});

test('a version is refused with all its faults', async () => {
  const body = {
    model: 'digits',
    version: '1',
    digest: 'md5:1',
    source: '',
    runtime: { kind: 'command', command: [] },
  };
  expect(await faultsOf('PUT', '/endpoints/digits/versions/v1-x', body)).toEqual([
    'body/digest must match pattern "^sha256:[0-9a-f]{64}$"',
    "body/runtime must have required property 'healthPath'",
    "body/runtime must have required property 'predictPath'",
    'body/runtime/command must NOT have fewer than 1 items',
    'body/source must NOT have fewer than 1 characters',
  ]);
});

test('a key that does not belong to the digest, or another model, is refused', async () => {
  const { digest, source } = version;
  const body = { model: 'other', version: '2', digest, source, runtime: { kind: 'mlflow' } };
  const faults = await faultsOf('PUT', '/endpoints/digits/versions/v9-000000000000', body);
  expect(faults[0]).toBe('endpoint digits serves the model digits, not other');
  expect(faults[1]).toMatch(/^the key of this version and digest is v2-[0-9a-f]{12}, not v9-000000000000$/);
});

test('a deployed version is not given another runtime under its key', async () => {
  const { key, model, digest, source } = version;
  const body = { model, version: '1', digest, source, runtime: programRuntime('with-child') };
  expect(await refusal('PUT', `/endpoints/digits/versions/${key}`, body)).toMatchObject({
    status: 409,
    error: 'conflict',
  });
});

test('an endpoint does not change its model under its versions', async () => {
  const settings = { ...SETTINGS, model: 'other' };
  expect(await refusal('PUT', '/endpoints/digits', settings)).toMatchObject({ status: 409, error: 'conflict' });
});

test('a body that is not JSON is refused as a fault of the caller', async () => {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const response = await fetch(`${running.url}/endpoints/digits`, { method: 'PUT', headers, body: '{' });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: 'invalid' });
});

test('the log of a version can be read from its end', async () => {
  const path = `/endpoints/digits/versions/${version.key}/logs`;
  expect((await running.ask('GET', `${path}?lines=1`)).text).toMatch(/^serving v1 on \d+\n$/);
  expect(await refusal('GET', `${path}?lines=none`)).toMatchObject({ status: 400, error: 'invalid' });
});

test('labels without a database are refused for now, not lost in silence', async () => {
  const outcomes = [{ endpoint: 'digits', requestId: 'r1', label: 3 }];
  expect(await refusal('POST', '/outcomes', outcomes)).toMatchObject({ status: 503, error: 'unavailable' });
});

test('labels are refused with all their faults, unknown endpoints among them', async () => {
  const faulty = [
    { endpoint: 'digits', requestId: '', label: null },
    { endpoint: 'Digits', label: 1, row: -1 },
  ];
  expect(await faultsOf('POST', '/outcomes', faulty)).toHaveLength(5);
  const strange = ['a', 'b', 'digits'].map((endpoint) => ({ endpoint, requestId: 'r', label: 1 }));
  expect(await refusal('POST', '/outcomes', strange)).toMatchObject({
    status: 404,
    message: 'there is no endpoint a, b',
  });
});
