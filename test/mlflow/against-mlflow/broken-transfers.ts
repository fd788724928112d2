import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { collect, type MlflowClient, type MlflowClientOptions } from '../../../packages/mlflow-client-ts/src/index.ts';
import { startFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts';
import { clientAt, newRun, type Address } from './context.ts';

const BYTES = Uint8Array.from({ length: 400_000 }, (_, at) => (at * 17) % 253);

export function brokenTransferPromises(address: Address): void {
  let proxy: FaultyProxy;
  beforeAll(async () => {
    proxy = await startFaultyProxy(address());
  });
  beforeEach(() => proxy.reset());
  afterAll(() => proxy?.stop());

  function client(options: Partial<MlflowClientOptions> = {}): MlflowClient {
    return clientAt(proxy.uri, { retry: { retries: 3, backoffMs: 1 }, ...options });
  }

  async function uploaded(): Promise<{ runId: string }> {
    const run = await newRun(clientAt(address()));
    await clientAt(address()).artifacts.upload(run, 'weights.bin', BYTES);
    return run;
  }

  test('a download that breaks off twice goes on where it stopped, and every byte is right', async () => {
    const run = await uploaded();
    const [file] = await collect(client().artifacts.files(run));
    proxy.reset();
    proxy.next('cut body', 'cut body');
    expect(Buffer.compare(await read(file?.stream()), BYTES)).toBe(0);
    expect(proxy.requests).toHaveLength(3);
    expect(proxy.lastHeaders()['range']).toMatch(/^bytes=\d+-$/);
  });

  test('a download that falls silent goes on after the time of the attempt', async () => {
    const run = await uploaded();
    const [file] = await collect(client({ timeoutMs: 700 }).artifacts.files(run));
    proxy.reset();
    proxy.next('stall');
    expect(Buffer.compare(await read(file?.stream()), BYTES)).toBe(0);
    expect(proxy.requests).toHaveLength(2);
  });

  test('a file that changes while it is downloaded is an error, never a mixture', async () => {
    const run = await uploaded();
    const stream = await client().artifacts.stream(run, 'weights.bin');
    proxy.next('cut body');
    const reader = stream.getReader();
    expect((await reader.read()).done).toBe(false);
    await clientAt(address()).artifacts.upload(run, 'weights.bin', new Uint8Array(BYTES.length));
    const rest = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    await expect(rest()).rejects.toThrow(/cannot resume after \d+ bytes: the file has changed/);
  });

  test('an upload whose answer is lost is sent again, save a stream, which is gone', async () => {
    const { artifactUri = '' } = await newRun(clientAt(address()));
    proxy.next('reset before', 'reset after');
    await client().artifacts.upload(artifactUri, 'report.json', '{"verdict":"promote"}');
    expect(await clientAt(address()).artifacts.text(artifactUri, 'report.json')).toBe('{"verdict":"promote"}');
    expect(proxy.requests).toHaveLength(3);

    const stream = new Blob(['once']).stream() as ReadableStream<Uint8Array>;
    proxy.next('reset after');
    await expect(client().artifacts.upload(artifactUri, 'once.txt', stream)).rejects.toMatchObject({
      errorCode: 'CONNECTION_FAILED',
      attempts: 1,
      outcomeUnknown: true,
    });
    expect(proxy.requests).toHaveLength(4);
  });

  test('an upload may take longer than the time of an attempt, as long as it goes on', async () => {
    const { artifactUri = '' } = await newRun(clientAt(address()));
    const slow = slowStream(6, 100);
    await client({ timeoutMs: 300 }).artifacts.upload(artifactUri, 'slow.bin', slow);
    expect(await clientAt(address()).artifacts.bytes(artifactUri, 'slow.bin')).toHaveLength(6);
  });

  test('nothing is asked for before the first read, and a stream given up asks for nothing more', async () => {
    const run = await uploaded();
    const [file] = await collect(client().artifacts.files(run));
    proxy.reset();
    const stream = file?.stream();
    expect(proxy.requests).toEqual([]);
    const reader = stream?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(proxy.requests).toHaveLength(1);
  });

  test('an aborted download rejects with the reason of its signal', async () => {
    const run = await uploaded();
    const abort = new AbortController();
    const reason = new Error('the activity was cancelled');
    const [file] = await collect(client().artifacts.files(run));
    proxy.next('stall');
    const reader = file?.stream({ signal: abort.signal }).getReader();
    await reader?.read();
    abort.abort(reason);
    const rest = async (): Promise<void> => {
      while ((await reader?.read())?.done === false);
    };
    await expect(rest()).rejects.toBe(reason);
  });

  test('credentials go to no server that an artifact URI names unless the client was told of it', async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('theirs');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const host = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const auth = { token: 'secret' };
    for (const uri of [`mlflow-artifacts://${host}/1`, `http://${host}/api/2.0/mlflow-artifacts/artifacts/1`]) {
      const told = client({ auth, artifactServers: [`http://${host}`] });
      await expect(client({ auth }).artifacts.text(uri, 'x')).rejects.toMatchObject({ errorCode: 'UNSUPPORTED' });
      expect(await told.artifacts.text(uri, 'x')).toBe('theirs');
    }
    expect(seen).toEqual(['Bearer secret', 'Bearer secret']);
  });
}

async function read(stream: ReadableStream<Uint8Array> | undefined): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  if (stream !== undefined) for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function slowStream(pieces: number, everyMs: number): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      await sleep(everyMs);
      if (sent === pieces) controller.close();
      else controller.enqueue(Uint8Array.of(sent));
      sent += 1;
    },
  });
}
