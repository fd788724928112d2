import { copyFile, mkdir, open, rm, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing } from './files.ts';

const MAX_BYTES = 10 * 1024 * 1024;
const BYTES_PER_LINE = 400; // generous for tracebacks; only a bound on what is read

/** Opens a server's log for appending; the caller closes the descriptor once the server has it. */
export async function openLog(file: string): Promise<{ readonly fd: number; close(): Promise<void> }> {
  await mkdir(dirname(file), { recursive: true });
  return open(file, 'a');
}

/**
 * Keeps a log and one predecessor (`.1`) below 10 MiB each.
 *
 * Copies and cuts off, since the server goes on writing to the open file; lines written in between are lost.
 */
export async function rotateLog(file: string): Promise<void> {
  try {
    if ((await stat(file)).size < MAX_BYTES) return;
    await copyFile(file, `${file}.1`);
    await truncate(file);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** The last lines of a log, oldest first; empty when there is none. */
export async function tailLog(file: string, lines: number): Promise<string[]> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, lines * BYTES_PER_LINE);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines);
  } finally {
    await handle.close();
  }
}

export async function removeLog(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(`${file}.1`, { force: true });
}
