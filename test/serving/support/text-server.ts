import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that speaks OpenAI's chat completions as far as the data plane can see, a word for a token. */
export interface TextServer {
  readonly port: number;
  /** What is generated, word by word. */
  words: readonly string[];
  /** Is waited for before the token with this number is sent. */
  before: (token: number) => Promise<unknown>;
  kill(): Promise<void>;
}

/** Fields of the specification's `usage`, told only where the request asks for it. */
interface Asked {
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

export async function startTextServer(name: string): Promise<TextServer> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => void answer(JSON.parse(Buffer.concat(parts).toString()) as Asked, response));
  });

  async function answer({ stream = false, stream_options: options }: Asked, response: ServerResponse): Promise<void> {
    const common = { id: `${name}-${Math.random()}`, created: Date.now(), model: name };
    const usage = { prompt_tokens: 7, completion_tokens: text.words.length, total_tokens: 7 + text.words.length };
    if (!stream) {
      const message = { role: 'assistant', content: text.words.join(' ') };
      const body = JSON.stringify({ ...common, choices: [{ index: 0, message, finish_reason: 'stop' }], usage });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
      return void response.end(body);
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).flushHeaders();
    const send = (choices: readonly object[], rest = {}) =>
      response.write(`data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices, ...rest })}\n\n`);
    for (const [token, word] of text.words.entries()) {
      await text.before(token);
      const content = token === 0 ? word : ` ${word}`;
      send([{ index: 0, delta: token === 0 ? { role: 'assistant', content } : { content }, finish_reason: null }]);
    }
    send([{ index: 0, delta: {}, finish_reason: 'stop' }]);
    if (options?.include_usage) send([], { usage });
    response.end('data: [DONE]\n\n');
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const text: TextServer = {
    port: (server.address() as AddressInfo).port,
    words: ['all', 'is', 'well'],
    before: () => Promise.resolve(),
    async kill() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return text;
}
