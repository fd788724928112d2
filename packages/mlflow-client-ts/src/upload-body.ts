import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { invalidArgument } from './errors.ts';

const PIECE_BYTES = 65_536;

/** What to upload: text (as UTF-8), bytes, a local file, or a stream, which can be sent only once. */
export type Uploadable = string | Uint8Array | { readonly file: string } | ReadableStream<Uint8Array>;

/** A body that can be opened anew for each attempt, save where it came as a stream. */
export interface UploadBody {
  readonly repeatable: boolean;
  open(): Promise<{ readonly stream: ReadableStream<Uint8Array>; readonly length: number | undefined }>;
}

export function uploadBody(content: Uploadable): UploadBody {
  if (typeof content === 'string') return bytesBody(new TextEncoder().encode(content));
  if (content instanceof Uint8Array) return bytesBody(content);
  if (content instanceof ReadableStream) {
    return { repeatable: false, open: () => Promise.resolve({ stream: content, length: undefined }) };
  }
  return { repeatable: true, open: () => openFile(content.file) };
}

function bytesBody(bytes: Uint8Array): UploadBody {
  return {
    repeatable: true,
    open: () => Promise.resolve({ stream: streamOf(bytes), length: bytes.byteLength }),
  };
}

// In pieces, so that it shows how far a slow upload has come.
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.byteLength) controller.enqueue(bytes.subarray(at, at + PIECE_BYTES));
      else controller.close();
      at += PIECE_BYTES;
    },
  });
}

async function openFile(file: string): Promise<{ stream: ReadableStream<Uint8Array>; length: number }> {
  const { size } = await stat(file).catch((error: Error) => {
    throw invalidArgument(`The file '${file}' to upload cannot be read: ${error.message}`);
  });
  return { stream: Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>, length: size };
}
