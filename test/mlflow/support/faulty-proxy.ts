import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the proxy does to one request instead of handing it through. */
export type Fault =
  /** Resets the connection before MLflow sees the request. */
  | 'reset before'
  /** Hands the request to MLflow, then resets the connection instead of answering. */
  | 'reset after'
  /** Answers with MLflow's headers and half of its body, then resets the connection. */
  | 'cut body'
  /** Answers with half of MLflow's body as if it were all. */
  | 'truncate'
  /** Answers with MLflow's headers and half of its body, then says nothing more. */
  | 'stall'
  /** Never answers. */
  | 'silence'
  /** Answers by itself; MLflow sees nothing. */
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

export interface FaultyProxy {
  readonly uri: string;
  /** Every request that came, as `GET /path?query`, whatever became of it. */
  readonly requests: string[];
  /** Headers of the last request. */
  lastHeaders(): Readonly<Record<string, string | string[] | undefined>>;
  /** Faults for the next requests, one each; after them requests are handed through. */
  next(...faults: Fault[]): void;
  /** Forgets requests and faults. */
  reset(): void;
  stop(): Promise<void>;
}

/** A proxy before an MLflow server that drops, delays and garbles what it is told to. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const requests: string[] = [];
  let headers: IncomingMessage['headers'] = {};
  let faults: Fault[] = [];
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    headers = incoming.headers;
    void serve(target, incoming, outgoing, faults.shift()).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    lastHeaders: () => headers,
    next: (...more) => void faults.push(...more),
    reset() {
      requests.length = 0;
      faults = [];
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  if (fault === 'reset before') return void incoming.socket.resetAndDestroy();
  const body = await readAll(incoming);
  if (fault === 'silence') return;
  if (typeof fault === 'object') {
    outgoing.writeHead(fault.status, fault.headers).end(fault.body ?? '');
    return;
  }
  const answer = await forward(target, incoming, body);
  const bytes = await readAll(answer);
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  if (fault === 'reset after') return void incoming.socket.resetAndDestroy();
  const passed = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => name !== 'transfer-encoding'));
  const length = fault === 'truncate' ? half.length : bytes.length;
  outgoing.writeHead(answer.statusCode ?? 500, { ...passed, 'content-length': String(length) });
  switch (fault) {
    case undefined:
      outgoing.end(bytes);
      break;
    case 'truncate':
      outgoing.end(half);
      break;
    case 'stall':
      outgoing.write(half);
      break;
    case 'cut body':
      outgoing.write(half, () => incoming.socket.resetAndDestroy());
      break;
  }
}

function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { ...incoming.headers, host: new URL(target).host, 'content-length': String(body.length) };
    delete (headers as IncomingMessage['headers'])['transfer-encoding'];
    const upstream = request(`${target}${incoming.url}`, { method: incoming.method, headers, agent: false }, resolve);
    upstream.once('error', reject);
    upstream.end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
