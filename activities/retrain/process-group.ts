import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const POLL_MS = 50;
/** How long the system may take to clear away what was killed. */
const BURIAL_MS = 5_000;

/** Whether a process lives that was started with this text among its arguments. */
export async function isRunningWith(pid: number, argument: string): Promise<boolean> {
  try {
    if (existsSync('/proc/self/cmdline'))
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').includes(argument);
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
    return stdout.includes(argument);
  } catch {
    return false; // there is none of that number
  }
}

/** Ends a process group: with SIGTERM, and after the grace time, in milliseconds, with SIGKILL. */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  signal(group, 'SIGTERM');
  await gone(group, graceMs);
  signal(group, 'SIGKILL');
  await gone(group, BURIAL_MS);
}

async function gone(group: number, withinMs: number): Promise<void> {
  for (const deadline = Date.now() + withinMs; signal(group, 0) && Date.now() < deadline;) await delay(POLL_MS);
}

/** Returns whether there was a group to signal; signal 0 only asks. */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
