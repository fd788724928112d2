import { DatabaseSync } from 'node:sqlite';

/**
 * Holds a folder for this process alone; `null` when another process has it.
 *
 * SQLite takes an operating-system lock that ends with the process, however it ends: no stale lock files, no guess by
 * process id. Node itself offers no such lock.
 */
export function lockFile(file: string): { release(): void } | null {
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes('locked')) return null;
    throw error;
  }
}
