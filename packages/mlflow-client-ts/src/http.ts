import { authorization, type AuthProvider } from './auth.ts';
import { queryString, type Call, type CallOptions } from './call.ts';
import type { Config } from './config.ts';
import { Deadline } from './deadline.ts';
import { MlflowError } from './errors.ts';
import { parseJson } from './json.ts';
import { Message } from './message.ts';
import { failedAttempt, refusal, type Attempt } from './refusal.ts';
import { backoffMs, sleep } from './retry.ts';
import type { TransportRequest } from './transport.ts';

/** An answer whose body is still to be read. */
export interface OpenResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it comes; the deadline starts anew for each chunk. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Drops the connection. */
  close(): void;
}

/** Sends calls: credentials, deadlines, repetition, and MLflow's errors. */
export class Http {
  readonly config: Config;
  readonly #authorization: AuthProvider | undefined;

  constructor(config: Config) {
    this.config = config;
    this.#authorization = authorization(config.auth);
  }

  /** The answer as a message; an empty answer is an empty message. */
  async message(call: Call, options: CallOptions = {}): Promise<Message> {
    const text = await this.text(call, options);
    return new Message(text.trim() === '' ? {} : parseJson(text), call);
  }

  /** The answer as text; for JSON calls only once it parses, so that a broken answer is repeated like a lost one. */
  async text(call: Call, options: CallOptions = {}): Promise<string> {
    return this.#repeat(call, options, async (attempt) => {
      const { response, deadline } = await this.#send(call, options, attempt);
      try {
        const text = await response.text().catch((error: unknown) => {
          throw failedAttempt(call, attempt, options, deadline, error);
        });
        const broken = refusal(call, attempt, response, text);
        if (broken !== undefined) throw broken;
        return text;
      } finally {
        deadline.end();
      }
    });
  }

  /** The answer with its body still open; repeats like the others until the answer has begun. */
  async open(call: Call, options: CallOptions = {}): Promise<OpenResponse> {
    return this.#repeat(call, options, async (attempt) => {
      const { response, deadline } = await this.#send(call, options, attempt);
      if (!response.ok) {
        const text = await response.text().catch(() => '');
        deadline.end();
        const refused = refusal(call, attempt, response, text);
        if (refused !== undefined) throw refused;
      }
      deadline.pause();
      return openResponse(response, deadline, (error) => failedAttempt(call, attempt, options, deadline, error));
    });
  }

  async #repeat<T>(call: Call, options: CallOptions, run: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { retry } = this.config;
    let maybeDone = false;
    for (let count = 1; ; count += 1) {
      options.signal?.throwIfAborted();
      try {
        return await run({ count, maybeDone });
      } catch (error) {
        if (!(error instanceof MlflowError)) throw error;
        maybeDone ||= error.outcomeUnknown;
        // A body given as a stream is used up by the first attempt, whether or not the server saw it.
        const neverSeen = error.status === undefined && !maybeDone;
        const repeatable = call.body?.repeatable !== false && (call.repeat !== 'once' || neverSeen);
        const wait = error.retryAfterMs ?? backoffMs(retry, count);
        if (!repeatable || !error.transient || count > retry.retries || wait > retry.maxBackoffMs) throw error;
        await sleep(wait, options.signal);
      }
    }
  }

  async #send(call: Call, options: CallOptions, attempt: Attempt): Promise<{ response: Response; deadline: Deadline }> {
    const headers: Record<string, string> = { accept: '*/*', 'user-agent': 'mlflow-client-ts', ...call.headers };
    if (this.#authorization !== undefined) headers['authorization'] = await this.#authorization();
    if (this.config.workspace !== undefined) headers['x-mlflow-workspace'] = this.config.workspace;
    const upload = await call.body?.open();
    const deadline = new Deadline(options.timeoutMs ?? this.config.timeoutMs, options.signal);
    const request: TransportRequest = { method: call.method, headers, signal: deadline.signal, redirect: 'manual' };
    if (upload !== undefined) {
      if (upload.length !== undefined) headers['content-length'] = String(upload.length);
      request.body = watched(upload.stream, deadline);
      request.duplex = 'half';
    } else if (call.json !== undefined) {
      headers['content-type'] = 'application/json';
      request.body = JSON.stringify(call.json);
    }
    const url = `${call.base ?? this.config.baseUrl}${call.path}${queryString(call.query)}`;
    try {
      return { response: await this.config.fetch(url, request), deadline };
    } catch (error) {
      deadline.end();
      // A body that fetch never began to read would keep its file open.
      if (request.body instanceof ReadableStream && !request.body.locked) void request.body.cancel().catch(ignore);
      throw failedAttempt(call, attempt, options, deadline, error);
    }
  }
}

/** The body as it is, while the deadline starts anew for each piece that goes out and rests while the source is slow. */
function watched(source: ReadableStream<Uint8Array>, deadline: Deadline): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        deadline.pause();
        const next = await reader.read();
        deadline.start();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function ignore(): void {}

function openResponse(response: Response, deadline: Deadline, failed: (error: unknown) => unknown): OpenResponse {
  const reader = response.body?.getReader();
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        deadline.start();
        const next = await reader?.read().catch((error: unknown) => {
          throw failed(error);
        });
        deadline.pause();
        if (next === undefined || next.done) return;
        yield next.value;
      }
    } finally {
      close();
    }
  }
  function close(): void {
    deadline.end();
    void reader?.cancel().catch(ignore);
  }
  return { status: response.status, headers: response.headers, chunks, close };
}
