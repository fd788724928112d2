import { open } from 'node:fs/promises';

const TAIL_BYTES = 2_000;
const TAIL_LINES = 20;

/** The last lines that a job has written, for people; empty where it wrote none. */
export async function readTail(file: string): Promise<string> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8').trimEnd().split('\n');
    // The first of what was cut out of the middle is half a line.
    return (length < size ? lines.slice(1) : lines).slice(-TAIL_LINES).join('\n');
  } finally {
    await handle.close();
  }
}
