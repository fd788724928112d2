import type { Call, CallOptions } from './call.ts';
import { isMlflowError, MlflowError } from './errors.ts';
import type { Http, OpenResponse } from './http.ts';

/**
 * The bytes of one file as a stream that survives lost connections.
 *
 * Nothing is asked for before the first read. After a break the rest is asked for with a range, under the condition
 * that the file is still the same; where the server has no ETags or ranges, the stream fails with CONNECTION_FAILED,
 * for what has already been handed out cannot be taken back.
 */
export function download(http: Http, call: Call, options: CallOptions = {}): ReadableStream<Uint8Array> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const bytes = chunks(http, call, { ...options, signal });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await bytes.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel(reason) {
        stop.abort(reason);
        await bytes.return().catch(() => undefined);
      },
    },
    // Without a queue of its own the stream asks for nothing before the first read.
    { highWaterMark: 0 },
  );
}

async function* chunks(http: Http, call: Call, options: CallOptions): AsyncGenerator<Uint8Array, void, undefined> {
  let received = 0;
  let etag: string | undefined;
  let breaks = 0;
  for (;;) {
    const response = await http.open(resumed(call, received, etag), options);
    if (received > 0 && response.status !== 206) {
      response.close();
      throw broken(call, `cannot resume after ${received} bytes: the file has changed or the server has no ranges`);
    }
    const total = received + lengthOf(response);
    etag = response.headers.get('etag') ?? undefined;
    try {
      for await (const chunk of response.chunks()) {
        received += chunk.byteLength;
        breaks = 0;
        yield chunk;
      }
      if (Number.isNaN(total) || received === total) return;
      throw broken(call, `ended after ${received} of ${total} bytes`);
    } catch (error) {
      if (!isMlflowError(error) || !error.transient) throw error;
      breaks += 1;
      const resumable = received === 0 || etag !== undefined;
      if (!resumable || breaks > http.config.retry.retries) throw error;
    }
  }
}

function resumed(call: Call, received: number, etag: string | undefined): Call {
  // Compressed bytes could neither be counted nor resumed.
  const headers = { ...call.headers, 'accept-encoding': 'identity' };
  if (received === 0) return { ...call, headers };
  return { ...call, headers: { ...headers, range: `bytes=${received}-`, ...(etag && { 'if-range': etag }) } };
}

function lengthOf(response: OpenResponse): number {
  const length = response.headers.get('content-length');
  return length === null || response.headers.has('content-encoding') ? Number.NaN : Number(length);
}

function broken(call: Call, reason: string): MlflowError {
  return new MlflowError(`MLflow ${call.method} ${call.path}: CONNECTION_FAILED: ${reason}`, {
    errorCode: 'CONNECTION_FAILED',
    method: call.method,
    path: call.path,
    transient: true,
  });
}
