import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { Readable } from 'node:stream';
import type { Fetch, TransportRequest } from './transport.ts';

export interface SecureContext {
  /** PEM of the authorities to trust instead of Node's own. */
  readonly ca?: string | Buffer;
  /** PEM of the client's certificate. */
  readonly cert?: string | Buffer;
  /** PEM of the client's private key. */
  readonly key?: string | Buffer;
  readonly rejectUnauthorized?: boolean;
}

const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * A `fetch` on node:https with TLS settings of its own.
 *
 * Node's global fetch takes no certificates without a dependency (undici's dispatcher) or a process-wide switch, which
 * would change every other connection of the program too.
 */
export function httpsFetch(secure: SecureContext): Fetch {
  const agent = new Agent({ keepAlive: true, ...secure });
  return (url, request) => (url.startsWith('https:') ? send(url, request, { agent, ...secure }) : fetch(url, request));
}

function send(url: string, request: TransportRequest, tls: RequestOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { method, headers, signal, body } = request;
    const outgoing = httpsRequest(url, { ...tls, method, headers, signal });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const status = incoming.statusCode ?? 500;
      const answer = new Headers();
      for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
        answer.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '');
      }
      if (NO_BODY.has(status)) incoming.resume();
      const stream = NO_BODY.has(status) ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
      resolve(new Response(stream, { status, statusText: incoming.statusMessage ?? '', headers: answer }));
    });
    if (body instanceof ReadableStream) {
      const source = Readable.fromWeb(body);
      source.once('error', (error) => outgoing.destroy(error));
      source.pipe(outgoing);
    } else {
      outgoing.end(body);
    }
  });
}
