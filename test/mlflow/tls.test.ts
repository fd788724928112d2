import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { makeCertificates, type Certificates } from './support/certificates.ts';

const EXPERIMENT = { experiment: { experiment_id: '0', name: 'Default' } };

describe('TLS as MLflow’s own clients set it', () => {
  let pem: Certificates;

  beforeAll(() => {
    pem = makeCertificates();
  });
  afterAll(() => rm(pem.directory, { recursive: true, force: true }));

  test('an authority from MLFLOW_TRACKING_SERVER_CERT_PATH is trusted, and without it the server is not', async () => {
    const uri = await listen();
    const trusting = fromEnv(uri, { MLFLOW_TRACKING_SERVER_CERT_PATH: pem.certificate });
    expect((await trusting.experiments.get('0')).name).toBe('Default');
    await expect(fromEnv(uri, {}).experiments.get('0')).rejects.toMatchObject({
      errorCode: 'CONNECTION_FAILED',
      message: expect.stringMatching(/certificate/i) as string,
      transient: false,
      attempts: 1,
    });
  });

  test('MLFLOW_TRACKING_INSECURE_TLS trusts any server, and only for this client', async () => {
    const uri = await listen();
    const trusting = fromEnv(uri, { MLFLOW_TRACKING_INSECURE_TLS: 'true' });
    expect((await trusting.experiments.get('0')).name).toBe('Default');
    await expect(fetch(uri)).rejects.toThrow();
  });

  test('a client certificate from MLFLOW_TRACKING_CLIENT_CERT_PATH opens a server that asks for one', async () => {
    const uri = await listen({ requestCert: true, rejectUnauthorized: true, ca: readFileSync(pem.certificate) });
    const server = { MLFLOW_TRACKING_SERVER_CERT_PATH: pem.certificate };
    const known = fromEnv(uri, { ...server, MLFLOW_TRACKING_CLIENT_CERT_PATH: pem.both });
    expect((await known.experiments.get('0')).name).toBe('Default');
    await expect(fromEnv(uri, server).experiments.get('0')).rejects.toMatchObject({ errorCode: 'CONNECTION_FAILED' });
  });

  test('files go up and down over this way too, whole and as streams', async () => {
    const stored = new Map<string, Buffer>();
    const uri = await listen({}, (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const path = request.url ?? '';
        if (request.method === 'PUT') stored.set(path, Buffer.concat(parts));
        const found = stored.get(path);
        response.writeHead(found === undefined ? 404 : 200).end(request.method === 'PUT' ? '{}' : found);
      });
    });
    const mlflow = fromEnv(uri, { MLFLOW_TRACKING_SERVER_CERT_PATH: pem.certificate });
    const bytes = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
    await mlflow.artifacts.upload('mlflow-artifacts:/1', 'bytes', bytes);
    await mlflow.artifacts.upload('mlflow-artifacts:/1', 'file', { file: pem.both });
    await mlflow.artifacts.upload(
      'mlflow-artifacts:/1',
      'stream',
      new Blob([bytes]).stream() as ReadableStream<Uint8Array>,
    );
    expect(Buffer.compare(await mlflow.artifacts.bytes('mlflow-artifacts:/1', 'bytes'), bytes)).toBe(0);
    expect(Buffer.compare(await mlflow.artifacts.bytes('mlflow-artifacts:/1', 'stream'), bytes)).toBe(0);
    expect(await mlflow.artifacts.text('mlflow-artifacts:/1', 'file')).toBe(readFileSync(pem.both, 'utf8'));
    await expect(mlflow.artifacts.bytes('mlflow-artifacts:/1', 'none')).rejects.toMatchObject({ status: 404 });
  });

  test('a lost connection is repeated, silence times out, an abort rejects with its reason', async () => {
    let requests = 0;
    const uri = await listen({}, (request, response) => {
      requests += 1;
      if (requests === 1) (request.socket as TLSSocket).destroy();
      else if (requests === 2) answer(request, response);
    });
    const mlflow = fromEnv(uri, { MLFLOW_TRACKING_SERVER_CERT_PATH: pem.certificate });
    expect((await mlflow.experiments.get('0')).name).toBe('Default');
    expect(requests).toBe(2);
    const silent = new MlflowClient({
      trackingUri: uri,
      tls: { serverCertPath: pem.certificate },
      timeoutMs: 300,
      retry: { retries: 1, backoffMs: 1 },
    });
    await expect(silent.experiments.get('0')).rejects.toMatchObject({ errorCode: 'TIMEOUT', attempts: 2 });
    const reason = new Error('cancelled');
    const abort = new AbortController();
    setImmediate(() => abort.abort(reason));
    await expect(mlflow.experiments.get('0', { signal: abort.signal })).rejects.toBe(reason);
  });

  test('settings that contradict each other or name no readable file are refused when the client is made', () => {
    const both = { MLFLOW_TRACKING_INSECURE_TLS: 'true', MLFLOW_TRACKING_SERVER_CERT_PATH: pem.certificate };
    expect(() => fromEnv('https://host', both)).toThrow(/contradict each other/);
    expect(() => fromEnv('https://host', { MLFLOW_TRACKING_SERVER_CERT_PATH: `${pem.directory}/none.pem` })).toThrow(
      /server certificate '.*none.pem' cannot be read: ENOENT/,
    );
    expect(() => fromEnv('https://host', { MLFLOW_TRACKING_SERVER_CERT_PATH: pem.directory })).toThrow(
      /is a directory/,
    );
  });

  async function listen(options: ServerOptions = {}, handle = answer): Promise<string> {
    const own = { cert: readFileSync(pem.certificate), key: readFileSync(pem.key) };
    const server: Server = createServer({ ...own, ...options }, handle);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
});

function answer(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(EXPERIMENT));
}

function fromEnv(uri: string, env: Record<string, string>): MlflowClient {
  const retry = { retries: 2, backoffMs: 1 };
  return MlflowClient.fromEnv({ retry }, { MLFLOW_TRACKING_URI: uri, ...env });
}
