import { Agent, request } from 'node:http';

/** Envoy's admin interface on its Unix socket. Calls reject when it does not answer within their limit. */
export interface EnvoyAdmin {
  readonly getJson: (path: string) => Promise<unknown>;
  readonly getText: (path: string) => Promise<string>;
  /** Never rejects. */
  readonly isReady: () => Promise<boolean>;
  readonly post: (path: string) => Promise<void>;
}

const LIMIT_MS = 2000;

export function createEnvoyAdmin(socketPath: string): EnvoyAdmin {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });

  function call(method: string, path: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath, path, method, agent, timeout: LIMIT_MS }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
        response.on('error', reject);
      });
      sent.on('timeout', () => sent.destroy(new Error(`Envoy's admin interface gave no answer in ${LIMIT_MS} ms`)));
      sent.on('error', reject);
      sent.end();
    });
  }

  async function succeed(method: string, path: string): Promise<string> {
    const { status, text } = await call(method, path);
    if (status !== 200) throw new Error(`Envoy's admin interface answered ${status} to ${path}: ${text.slice(0, 200)}`);
    return text;
  }

  return {
    getJson: async (path) => JSON.parse(await succeed('GET', path)) as unknown,
    getText: (path) => succeed('GET', path),
    isReady: () =>
      call('GET', '/ready').then(
        ({ status }) => status === 200,
        () => false,
      ),
    post: async (path) => void (await succeed('POST', path)),
  };
}
