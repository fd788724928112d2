import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collect, type MlflowClient, type MlflowClientOptions } from '../../../packages/mlflow-client-ts/src/index.ts';
import { startFaultyProxy, type Fault, type FaultyProxy } from '../support/faulty-proxy.ts';
import { clientAt, newRun, unique, type Address } from './context.ts';

export function faultPromises(address: Address): void {
  let proxy: FaultyProxy;
  beforeAll(async () => {
    proxy = await startFaultyProxy(address());
  });
  beforeEach(() => proxy.reset());
  afterAll(() => proxy?.stop());

  function client(options: Partial<MlflowClientOptions> = {}): MlflowClient {
    return clientAt(proxy.uri, { retry: { retries: 3, backoffMs: 1 }, ...options });
  }

  describe('a read is repeated after', () => {
    const passing: readonly [string, Fault][] = [
      ['a connection reset before the request', 'reset before'],
      ['a connection reset before the answer', 'reset after'],
      ['a connection lost inside the answer', 'cut body'],
      ['JSON that breaks off', 'truncate'],
      ['status 429', { status: 429 }],
      ['status 500', { status: 500, body: '{"error_code":"INTERNAL_ERROR","message":"database is locked"}' }],
      ['status 502 in HTML', { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Gateway</h1>' }],
      ['status 503', { status: 503, headers: { 'retry-after': '0' } }],
    ];
    test.for(passing)('%s', async ([, fault]) => {
      const { runId } = await newRun(clientAt(address()));
      proxy.next(fault, fault);
      expect((await client().runs.get(runId)).runId).toBe(runId);
      expect(proxy.requests).toHaveLength(3);
    });

    test('silence, once the time of the attempt is up', async () => {
      const { runId } = await newRun(clientAt(address()));
      proxy.next('silence', 'stall');
      expect((await client({ timeoutMs: 700 }).runs.get(runId)).runId).toBe(runId);
      expect(proxy.requests).toHaveLength(3);
    });
  });

  test('repetition ends: the error counts the attempts and calls itself transient', async () => {
    const fault = { status: 503, body: '{"error_code":"TEMPORARILY_UNAVAILABLE","message":"starting"}' };
    proxy.next(fault, fault, fault, fault, fault);
    await expect(client().experiments.get('0')).rejects.toMatchObject({
      message: expect.stringContaining('TEMPORARILY_UNAVAILABLE (503): starting, after 4 attempts') as string,
      attempts: 4,
      transient: true,
      outcomeUnknown: false,
    });
  });

  test('a tag whose answer is lost is set again, a metric whose answer is lost is one point', async () => {
    const { runId } = await newRun(clientAt(address()));
    proxy.next('reset after', 'cut body');
    await client().runs.setTag(runId, 'verdict', 'promote');
    proxy.next('reset after', 'reset after');
    await client().runs.logMetric(runId, { key: 'loss', value: 0.5 });
    const direct = clientAt(address());
    expect((await direct.runs.get(runId)).tags['verdict']).toBe('promote');
    expect(await collect(direct.runs.metricHistory(runId, 'loss'))).toHaveLength(1);
  });

  test('a model whose removal is confirmed to nobody counts as removed when the repetition finds it gone', async () => {
    const name = unique('fraud');
    await clientAt(address()).registeredModels.create(name);
    proxy.next('reset after');
    await client().registeredModels.delete(name);
    expect(proxy.requests).toHaveLength(2);
    await expect(client().registeredModels.delete(name)).rejects.toMatchObject({
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  describe('a run is not created twice', () => {
    const lost: readonly [string, Fault, number, string][] = [
      ['when the answer is lost', 'reset after', 1, 'CONNECTION_FAILED'],
      ['when the answer breaks off', 'truncate', 1, 'INVALID_RESPONSE'],
      ['when the connection is reset before anyone can tell', 'reset before', 0, 'CONNECTION_FAILED'],
      ['when a gateway answers 504', { status: 504 }, 0, 'DEADLINE_EXCEEDED'],
    ];
    test.for(lost)('%s', async ([, fault, made, errorCode]) => {
      const direct = clientAt(address());
      const experimentId = await direct.experiments.create(unique('experiment'));
      proxy.next(fault);
      const error = { errorCode, attempts: 1, outcomeUnknown: true, transient: true };
      await expect(client().runs.create({ experimentId })).rejects.toMatchObject(error);
      expect(proxy.requests).toHaveLength(1);
      expect(await collect(direct.runs.search({ experimentIds: [experimentId] }))).toHaveLength(made);
    });
  });

  test('a create is repeated while nothing listens, for then nobody can have seen it', async () => {
    const closed = await startFaultyProxy(address());
    await closed.stop();
    let attempts = 0;
    const mlflow = clientAt(closed.uri, {
      retry: { retries: 3, backoffMs: 1 },
      fetch: (url, request) => {
        attempts += 1;
        return fetch(attempts < 3 ? url : url.replace(closed.uri, proxy.uri), request);
      },
    });
    const { runId } = await mlflow.runs.create({ experimentId: '0' });
    expect(runId).toMatch(/^[0-9a-f]{32}$/);
    expect(attempts).toBe(3);
  });

  test('HTML in place of JSON is not repeated, and the error says where to look', async () => {
    proxy.next({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' });
    await expect(client().experiments.get('0')).rejects.toMatchObject({
      errorCode: 'INVALID_RESPONSE',
      message: expect.stringMatching(/text\/html instead of JSON.*tracking URI.*login/) as string,
      transient: false,
    });
    expect(proxy.requests).toHaveLength(1);
  });

  test('an answer without a field it must have names the field', async () => {
    const body = '{"run":{"info":{"run_id":"r","status":"RUNNING","experiment_id":"1","start_time":"soon"}}}';
    proxy.next({ status: 200, headers: { 'content-type': 'application/json' }, body });
    await expect(client().runs.get('r')).rejects.toThrow(/'run.info.start_time' should be an integer, got "soon"/);
    proxy.next({ status: 200, headers: { 'content-type': 'application/json' }, body: '{"run":{"info":{}}}' });
    await expect(client().runs.get('r')).rejects.toThrow(/'run.info.run_id' is missing/);
  });

  test('int64 fields as strings and metrics as bare NaN are understood, as other servers write them', async () => {
    const info = '"run_id":"r","status":"RUNNING","experiment_id":"1","start_time":"1700000000123"';
    const metrics = '{"key":"NaN","value":NaN,"timestamp":"1","step":"2"},{"key":"b","value":-Infinity,"timestamp":1}';
    const body = `{"run":{"info":{${info}},"data":{"metrics":[${metrics}]}}}`;
    proxy.next({ status: 200, headers: { 'content-type': 'application/json' }, body });
    const run = await client().runs.get('r');
    expect(run.startTime).toBe(1_700_000_000_123);
    expect(run.metrics['NaN']).toMatchObject({ value: Number.NaN, timestamp: 1, step: 2 });
    expect(run.metrics['b']?.value).toBe(Number.NEGATIVE_INFINITY);
  });

  test('a redirect is refused and names its target', async () => {
    proxy.next({ status: 302, headers: { location: 'https://login.example/' } });
    await expect(client().runs.setTag('r', 'k', 'v')).rejects.toThrow(/redirected to https:\/\/login.example\//);
  });

  test('a Retry-After longer than the longest wait fails at once and is handed to the caller', async () => {
    proxy.next({ status: 429, headers: { 'retry-after': '3600' } });
    await expect(client().experiments.get('0')).rejects.toMatchObject({
      errorCode: 'REQUEST_LIMIT_EXCEEDED',
      retryAfterMs: 3_600_000,
      attempts: 1,
    });
  });

  test('Retry-After goes before the backoff of the client', async () => {
    proxy.next({ status: 503, headers: { 'retry-after': '0' } });
    const patient = client({ retry: { retries: 1, backoffMs: 30_000 } });
    expect((await patient.experiments.get('0')).name).toBe('Default');
  });

  test('an aborted call rejects with the reason of its signal, while it waits for an answer and between attempts', async () => {
    const reason = new Error('the activity was cancelled');
    const waiting = new AbortController();
    proxy.next('silence');
    const silent = client({ fetch: (url, request) => abortSoon(waiting, reason, fetch(url, request)) });
    await expect(silent.experiments.get('0', { signal: waiting.signal })).rejects.toBe(reason);

    const between = new AbortController();
    proxy.next({ status: 503 });
    const slow = client({
      retry: { retries: 3, backoffMs: 20_000 },
      fetch: async (url, request) => {
        const answer = await fetch(url, request);
        setImmediate(() => between.abort(reason));
        return answer;
      },
    });
    await expect(slow.experiments.get('0', { signal: between.signal })).rejects.toBe(reason);
    await expect(client().experiments.get('0', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('a port that fetch blocks is named as the reason, and not tried again', async () => {
    await expect(clientAt('http://127.0.0.1:6000').health()).rejects.toMatchObject({
      message: expect.stringContaining('blocks this port') as string,
      attempts: 1,
    });
  });

  test('an address where MLflow does not live is told apart from a thing that does not exist', async () => {
    const lost = clientAt(`${address()}/not/here`);
    await expect(lost.runs.get('r')).rejects.toMatchObject({ errorCode: 'ENDPOINT_NOT_FOUND', status: 404 });
  });

  test('health and version are the server’s', async () => {
    proxy.next({ status: 503 });
    await client().health();
    expect(await client().version()).toMatch(/^3\.\d+/);
  });
}

function abortSoon<T>(controller: AbortController, reason: Error, answer: Promise<T>): Promise<T> {
  setImmediate(() => controller.abort(reason));
  return answer;
}
