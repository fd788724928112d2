import { open, stat } from 'node:fs/promises';

/** More than most logs grow to; what runs for long may write more, since its log is turned over when it is started. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Reads a log and what is written to it later, complete lines only; a log that is not there (yet) is empty. */
export class Tail {
  readonly #file: string;
  #offset: number | null = null;
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** What was not read yet; the first time with the log's predecessor, `.1`. */
  async read(): Promise<string[]> {
    const older = this.#offset === null ? await readFrom(`${this.#file}.1`, 0) : null;
    let fresh = await readFrom(this.#file, this.#offset ?? 0);
    if (fresh.size < (this.#offset ?? 0)) {
      // Turned over: what it holds is new from its beginning.
      this.#rest = '';
      fresh = await readFrom(this.#file, 0);
    }
    this.#offset = fresh.size;
    const lines = `${older?.text ?? ''}${this.#rest}${fresh.text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  /** ISO 8601: when the log was begun; now where there is none. */
  async begun(): Promise<string> {
    const { birthtime } = await stat(this.#file).catch(() => ({ birthtime: new Date() }));
    return birthtime.toISOString();
  }
}

/** The text behind `offset`, and where the file ends; at most its last 32 MiB. */
async function readFrom(file: string, offset: number): Promise<{ readonly text: string; readonly size: number }> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return { text: '', size: 0 };
  try {
    const { size } = await handle.stat();
    const start = Math.max(offset, size - MOST_BYTES);
    if (start >= size) return { text: '', size };
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - start), position: start });
    return { text: buffer.toString('utf8', 0, bytesRead), size: start + bytesRead };
  } finally {
    await handle.close();
  }
}
