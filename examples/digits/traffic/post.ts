import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Header `x-model-version`: the version that answered. */
  readonly version: string | null;
}

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/** Ran into `timeoutMs` before the whole answer was there. */
export class TimedOut extends Error {}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The example sends load; it must not be pointed at anybody else. */
export function loopbackUrl(base: string, path: string): URL {
  const url = new URL(base.endsWith('/') ? base + path : `${base}/${path}`);
  if (url.protocol === 'http:' && LOOPBACK.has(url.hostname)) return url;
  throw new RangeError(`${base} is not on this machine; the traffic of the example goes to http://127.0.0.1 only`);
}

/** Posts on connections that are kept open, as a service's own clients do. */
export class Poster {
  readonly #agent: Agent;

  constructor(connections: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** @throws TimedOut, or the connection's error */
  send(post: Post): Promise<Answer> {
    return this.#try(post, true);
  }

  close(): void {
    this.#agent.destroy();
  }

  #try({ url, headers, body, timeoutMs }: Post, mayRepeat: boolean): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = String(Buffer.byteLength(body));
      const options = { method: 'POST', agent: this.#agent, headers: { ...headers, 'content-length': length } };
      const outgoing = request(url, options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () => {
          clearTimeout(timer);
          const version = incoming.headers['x-model-version'];
          resolve({
            status: incoming.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            version: typeof version === 'string' ? version : null,
          });
        });
      });
      const timer = setTimeout(() => outgoing.destroy(new TimedOut(`no answer within ${timeoutMs} ms`)), timeoutMs);
      outgoing.once('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        // The server closed an idle connection in the moment it was used again: nothing was lost, so clients repeat that.
        if (mayRepeat && outgoing.reusedSocket && error.code === 'ECONNRESET') {
          resolve(this.#try({ url, headers, body, timeoutMs }, false));
        } else {
          reject(error);
        }
      });
      outgoing.end(body);
    });
  }
}
