import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A slow part runs this long out of every {@link PERIOD_MS}: a tenth of the time. */
const RUNS_MS = 10;
const PERIOD_MS = 100;

/** A process and all its descendants, parents first. */
export function treeOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [pid];
  for (const member of all) all.push(...(children.get(member) ?? []));
  return all;
}

/** Sends a signal to each process; those that have ended meanwhile are passed over. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Stops processes for a time. They go on whatever happens meanwhile. */
export async function stopped(pids: () => readonly number[], ms: number): Promise<void> {
  const held = pids();
  signalAll(held, 'SIGSTOP');
  try {
    await delay(ms);
  } finally {
    signalAll(held, 'SIGCONT');
  }
}

/** Lets processes run only a tenth of the time, for a time. */
export async function slowed(pids: () => readonly number[], ms: number): Promise<void> {
  const deadline = Date.now() + ms;
  while (Date.now() < deadline) {
    await stopped(pids, PERIOD_MS - RUNS_MS);
    await delay(RUNS_MS);
  }
}

/** Resolves when the process is gone; rejects when it is still there after `limitMs`. */
export async function gone(pid: number, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (parentOf(pid) !== null) {
    if (Date.now() > deadline) throw new Error(`process ${pid} did not end within ${limitMs / 1_000} s`);
    await delay(20);
  }
}

/** `null` for a process that has ended, collected by its parent or not. */
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? null : Number(parent);
  } catch {
    return null;
  }
}
