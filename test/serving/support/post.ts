import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isChunked?: boolean;
  readonly method?: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** One request; rejects only when the connection fails. */
export function post(url: string, options: PostOptions = {}): Promise<Answer> {
  const { headers = {}, body = '{"inputs":[1]}', isChunked = false, method = 'POST' } = options;
  const length = isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, agent, headers: { 'content-type': 'application/json', ...length, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    if (isChunked) sent.write(body.slice(0, 1));
    sent.end(isChunked ? body.slice(1) : body);
  });
}

/** `count` requests, a few at a time. */
export async function posts(
  url: string,
  count: number,
  options: (index: number) => PostOptions = () => ({}),
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const workers = Array.from({ length: 4 }, async () => {
    for (let index = next++; index < count; index = next++) answers[index] = await post(url, options(index));
  });
  await Promise.all(workers);
  return answers;
}

/** Requests over and over until told to end; then every answer, and every connection that failed. */
export function startLoad(url: string, options: PostOptions = {}): { end(): Promise<Answer[]> } {
  const answers: Answer[] = [];
  let isOver = false;
  const workers = Array.from({ length: 4 }, async () => {
    while (!isOver) answers.push(await post(url, options).catch(failed));
  });
  return {
    async end() {
      isOver = true;
      await Promise.all(workers);
      return answers;
    },
  };
}

function failed(error: unknown): Answer {
  return { status: 0, headers: {}, text: String(error) };
}
