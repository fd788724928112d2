import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, in the system's own terms. */
  readonly started: string;
}

const HAS_PROC = existsSync('/proc/self/stat');
// Start times count from boot, so they may repeat after the next one.
const BOOT = HAS_PROC ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : '';

/** Says of every process that a part starts which stack it belongs to; see {@link strays}. */
export const MARK = 'SLIPWAY_STACK_PART';

/** The mark of a part's processes, so that what a killed one left behind can be found. */
export function markOf(home: string, part: string): string {
  return `${part}@${home}`;
}

interface Row {
  readonly state: string;
  readonly group: number;
  readonly started: string;
}

/** The identity of a living process; `null` when there is none. A zombie is none. */
export function identify(pid: number): ProcessIdentity | null {
  const started = HAS_PROC ? procStart(pid) : ps('lstart=', pid);
  return started ? { pid, started } : null;
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** Resident bytes of a process group. */
export function groupMemory(group: number): number {
  if (!HAS_PROC) return Number(ps('rss=', group) ?? 0) * 1024;
  const members = allRows().filter(([, row]) => row.group === group);
  const kilobytes = members.map(([pid]) => Number(/^VmRSS:\s+(\d+)/m.exec(readProc(pid, 'status') ?? '')?.[1] ?? 0));
  return kilobytes.reduce((sum, size) => sum + size, 0) * 1024;
}

/** Groups with the mark of a part whose leader may be gone: what a killed process left behind. Linux only. */
export function strays(mark: string): number[] {
  const marked = allRows().filter(([pid]) => (readProc(pid, 'environ') ?? '').split('\0').includes(`${MARK}=${mark}`));
  return [...new Set(marked.map(([, row]) => row.group))];
}

/** Sends a signal to a whole group; one that ended meanwhile is no fault. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function procStart(pid: number): string | null {
  const row = readRow(pid);
  return row && `${BOOT}/${row.started}`;
}

function allRows(): [pid: number, row: Row][] {
  if (!HAS_PROC) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const row = readRow(Number(pid));
    return row ? [[Number(pid), row] as [number, Row]] : [];
  });
}

function readRow(pid: number): Row | null {
  const text = readProc(pid, 'stat');
  // The second field is the program's name, in brackets, and may itself hold blanks and brackets.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, group, started] = [fields?.[0], fields?.[2], fields?.[19]];
  return state && group && started && !'ZX'.includes(state) ? { state, group: Number(group), started } : null;
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null; // It ended meanwhile, or belongs to someone else.
  }
}

function ps(column: string, pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null; // ps fails when no process matches.
  }
}
