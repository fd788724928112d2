import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process by number and start: numbers are used again, so the number alone could name a stranger. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for equal processes on one machine. */
  readonly started: string;
}

/** The identity of a running process; `null` when there is none, or only a corpse that its parent has not collected. */
export function identify(pid: number): ProcessIdentity | null {
  const started = process.platform === 'linux' ? startedOnLinux(pid) : startedElsewhere(pid);
  return started === null ? null : { pid, started };
}

export function isRunning({ pid, started }: ProcessIdentity): boolean {
  return identify(pid)?.started === started;
}

/** Signals the process unless it has ended meanwhile. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Resident memory in bytes; `null` when the process is gone or the system does not tell. */
export function residentBytes(pid: number): number | null {
  try {
    if (process.platform !== 'linux') return Number(ps(pid, 'rss=').trim()) * 1024 || null;
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

function startedOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, which may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isCorpse = fields[0] === 'Z' || fields[0] === 'X';
    return isCorpse ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function startedElsewhere(pid: number): string | null {
  try {
    const [, state = 'Z', started = ''] = /^\s*(\S+)\s+(.*?)\s*$/.exec(ps(pid, 'stat=,lstart=')) ?? [];
    return state.startsWith('Z') || started === '' ? null : started;
  } catch {
    return null;
  }
}

function ps(pid: number, columns: string): string {
  return execFileSync('ps', ['-o', columns, '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
