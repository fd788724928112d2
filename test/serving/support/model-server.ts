import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A server that speaks MLflow's scoring protocol as far as the data plane can see. Its answers may be changed at any time. */
export interface ModelServer {
  readonly port: number;
  readonly requests: readonly {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly bytes: number;
  }[];
  /** What one row is answered with. */
  predict: (row: unknown) => unknown;
  status: number;
  delayMs: number;
  isChunked: boolean;
  /** Closes the port and every connection, as a killed process would. */
  kill(): Promise<void>;
}

export async function startModelServer(name: string): Promise<ModelServer> {
  const requests: { path: string; headers: IncomingHttpHeaders; bytes: number }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => void answer());

    async function answer(): Promise<void> {
      const body = Buffer.concat(parts);
      requests.push({ path: request.url ?? '', headers: request.headers, bytes: body.length });
      if (model.delayMs > 0) await delay(model.delayMs);
      const text = JSON.stringify({ predictions: rowsIn(body).map(model.predict) });
      response.writeHead(model.status, {
        'content-type': 'application/json',
        // A server cannot pass for another version.
        'x-model-version': 'forged',
        'x-served-by': name,
        ...(model.isChunked ? {} : { 'content-length': Buffer.byteLength(text) }),
      });
      response.end(text);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const model: ModelServer = {
    port: (server.address() as AddressInfo).port,
    requests,
    predict: () => name,
    status: 200,
    delayMs: 0,
    isChunked: false,
    async kill() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return model;
}

function rowsIn(body: Buffer): unknown[] {
  try {
    const parsed = JSON.parse(body.toString()) as { inputs?: unknown };
    return Array.isArray(parsed.inputs) ? parsed.inputs : [null];
  } catch {
    return [null];
  }
}
