import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { identify } from '../process-table.ts';
import { within } from '../wait-until.ts';

const PATIENCE_MS = 10_000;

/**
 * Waits until the system has collected a killed PostgreSQL of this data folder.
 *
 * PostgreSQL takes a corpse for a living predecessor and refuses to start; containers without an init collect late.
 */
export async function untilCollected(data: string): Promise<void> {
  const lock = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(lock.split('\n')[0]);
  if (pid > 0) await within(PATIENCE_MS, () => !isCorpse(pid));
}

function isCorpse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return identify(pid) === null;
  } catch {
    return false;
  }
}
