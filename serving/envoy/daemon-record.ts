import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './process-identity.ts';

/** What has to be known of a running daemon to adopt it. */
export interface DaemonRecord extends ProcessIdentity {
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

const TAIL_BYTES = 4000;

export function logPath(stateDir: string, name: string): string {
  return join(stateDir, `${name}.log`);
}

export function recall(stateDir: string, name: string): DaemonRecord | null {
  try {
    return JSON.parse(readFileSync(recordPath(stateDir, name), 'utf8')) as DaemonRecord;
  } catch {
    return null;
  }
}

/** Synchronous: a starter that dies before this is written leaves a process nobody finds again. */
export function remember(stateDir: string, name: string, record: DaemonRecord): void {
  const path = recordPath(stateDir, name);
  writeFileSync(`${path}.new`, JSON.stringify(record));
  renameSync(`${path}.new`, path);
}

export function forget(stateDir: string, name: string): void {
  rmSync(recordPath(stateDir, name), { force: true });
}

/** The end of its log, for error messages. */
export function tail(stateDir: string, name: string): string {
  try {
    return readFileSync(logPath(stateDir, name), 'utf8').slice(-TAIL_BYTES);
  } catch {
    return '';
  }
}

function recordPath(stateDir: string, name: string): string {
  return join(stateDir, `${name}.json`);
}
