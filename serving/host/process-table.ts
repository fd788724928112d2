import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessRef {
  readonly pid: number;
  /** When it was started, in the system's own terms; see {@link startOf}. */
  readonly started: string;
}

const hasProc = existsSync('/proc/self/stat');
// Start times count from boot, so they may repeat after the next one.
const bootId = hasProc ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : '';

interface Stat {
  readonly state: string;
  readonly group: number;
  readonly started: string;
}

/** When a living process was started; `null` when there is none. A zombie is none: nobody may be left to bury it. */
export async function startOf(pid: number): Promise<string | null> {
  if (!hasProc) return (await ps(['-o', 'lstart=', '-p', String(pid)])).trim() || null;
  const stat = readStat(pid);
  return stat && isAlive(stat) ? `${bootId}/${stat.started}` : null;
}

export async function isRunning({ pid, started }: ProcessRef): Promise<boolean> {
  return (await startOf(pid)) === started;
}

/** Resident bytes of every process group on the machine that has a living member. */
export async function groupMemory(): Promise<Map<number, number>> {
  const groups = new Map<number, number>();
  for (const [group, kilobytes] of hasProc ? procMemory() : await psMemory())
    groups.set(group, (groups.get(group) ?? 0) + kilobytes * 1024);
  return groups;
}

/** Process groups whose members carry `name=value` in the environment that they were started with. Linux only. */
export function groupsWithEnvironment(name: string, value: string): Set<number> {
  const groups = new Set<number>();
  for (const pid of hasProc ? processIds() : []) {
    const environment = readProc(pid, 'environ');
    const stat = environment?.split('\0').includes(`${name}=${value}`) ? readStat(pid) : null;
    if (stat && isAlive(stat)) groups.add(stat.group);
  }
  return groups;
}

function* procMemory(): Generator<[group: number, kilobytes: number]> {
  for (const pid of processIds()) {
    const stat = readStat(pid);
    if (!stat || !isAlive(stat)) continue;
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status') ?? '')?.[1];
    yield [stat.group, Number(resident ?? 0)];
  }
}

async function psMemory(): Promise<[group: number, kilobytes: number][]> {
  const rows = (await ps(['-axo', 'pgid=,rss=,state='])).trim().split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , state]) => !state?.startsWith('Z'))
    .map(([group, kilobytes]) => [Number(group), Number(kilobytes)]);
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function readStat(pid: number): Stat | null {
  const text = readProc(pid, 'stat');
  // The second field is the program's name, in brackets, and may itself hold blanks and brackets.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, group, started] = [fields?.[0], fields?.[2], fields?.[19]];
  return state && group && started ? { state, group: Number(group), started } : null;
}

function isAlive({ state }: Stat): boolean {
  return state !== 'Z' && state !== 'X';
}

/** The kernel answers from memory: reading synchronously costs less than a turn of the event loop. */
function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null; // it ended meanwhile, or belongs to someone else
  }
}

async function ps(args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('ps', args)).stdout;
  } catch {
    return ''; // ps fails when no process matches
  }
}
