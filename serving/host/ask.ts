import { request } from 'node:http';

export interface Question {
  readonly port: number;
  readonly path: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** JSON; sent by `POST` when given. */
  readonly body?: string;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

const MAX_REPLY = 1024 * 1024; // a smoke prediction's answer is only read for its status and an error text

/** One HTTP exchange with a model server on this machine, on a connection of its own: a kept one may be dead by now. */
export function ask({ port, path, timeoutMs, signal, body }: Question): Promise<Reply> {
  const limit = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path,
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      agent: false,
      signal: AbortSignal.any([signal, limit]),
    });
    outgoing.once('error', (error) => reject(limit.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error));
    outgoing.once('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (part: string) => {
        if (text.length < MAX_REPLY) text += part;
      });
      incoming.once('error', reject);
      incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }));
    });
    outgoing.end(body);
  });
}
