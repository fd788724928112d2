import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pause } from './wait-until.ts';

/**
 * Runs `work` while no other process does so under the same file; waits for its turn.
 *
 * SQLite takes an operating-system lock that ends with the process, however it ends: no stale lock files.
 */
export async function inLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  for (let waits = 0; ; waits++) {
    const release = tryLock(file);
    if (!release) {
      if (waits === 0) onWait();
      await pause(100);
      continue;
    }
    try {
      return await work();
    } finally {
      release();
    }
  }
}

function tryLock(file: string): (() => void) | null {
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes('locked')) return null;
    throw error;
  }
}
